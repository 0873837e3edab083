import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InstanceRole, idFromKey, Logger, Shutdown } from '@orderloom/platform';
import { Cron } from 'croner';
import { OrderList } from '../../views/order-list.js';
import { DeskJobs } from './desk-jobs.js';
import { OPEN, SWEEP } from './sweep.js';

/** Lets every open order be looked at again by a plan. Of several processes with the same plan one does it. */
@Injectable()
export class ReviewPlan implements OnApplicationBootstrap {
  #cron: Cron | undefined;

  constructor(
    private readonly plan: string,
    private readonly jobs: DeskJobs,
    private readonly list: OrderList,
    private readonly logger: Logger,
    private readonly role: InstanceRole,
    shutdown: Shutdown,
  ) {
    shutdown.register('workers', 'review plan', async () => this.#cron?.stop());
  }

  onApplicationBootstrap(): void {
    if (this.plan === 'off' || !this.role.works) return;
    this.#cron = new Cron(this.plan, { timezone: 'UTC', protect: true, unref: true }, (self: Cron) =>
      this.#begin(self.currentRun() ?? new Date()).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'the planned review of open orders could not begin');
      }),
    );
  }

  async #begin(at: Date): Promise<void> {
    // The minute names the job, so that all processes mean the same one.
    const plannedFor = `${at.toISOString().slice(0, 16)}Z`;
    await this.jobs.start({
      _id: idFromKey('planned-sweep', plannedFor),
      kind: SWEEP,
      input: { plannedFor },
      total: await this.list.documents().countDocuments(OPEN),
      actor: 'order.review-plan',
      correlationId: plannedFor,
    });
  }
}
