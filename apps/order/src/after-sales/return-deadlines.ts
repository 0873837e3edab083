import type { OnApplicationBootstrap } from '@nestjs/common';
import { deterministicId } from '@orderloom/event-sourcing';
import type { Clock, Logger, Shutdown } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { expire } from './decide-return.js';
import type { ReturnRepository } from './return.repository.js';
import type { ReturnProcess } from './return-process.js';
import type { ReturnDocument } from './returns.projection.js';

/** How often returns that ran out of time are looked for. */
const EVERY_MS = 60_000;
const AT_ONCE = 200;

/**
 * Ends returns whose goods nobody sent in time. What is due lies in the read model, so it outlives every process; two
 * that look at once do it once.
 */
export class ReturnDeadlines implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly view: ProjectionRunner<ReturnDocument>,
    private readonly returns: ReturnRepository,
    private readonly process: ReturnProcess,
    private readonly clock: Clock,
    private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    shutdown.register('workers', 'return deadlines', async () => {
      clearInterval(this.#timer);
      await this.#running;
    });
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running
        .then(() => this.sweep())
        .catch((error: unknown) => this.logger.warn({ err: error }, 'returns that are due could not be looked at'));
    }, EVERY_MS);
    this.#timer.unref();
  }

  /** Ends what is due now. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    const due = await this.view
      .collection()
      .find({ dueAt: { $lte: now }, status: { $in: ['APPROVED', 'IN_TRANSIT'] } }, { projection: { _id: 1, dueAt: 1 } })
      .limit(AT_ONCE)
      .toArray();
    const settled = await this.returns.handleMany(
      due.map(({ _id, dueAt }) => ({
        id: String(_id),
        decide: (state) => expire({ now }, state),
        context: {
          actor: 'order.deadlines',
          correlationId: String(_id),
          causationId: deterministicId('return-due', String(_id), String(dueAt)),
          handler: 'order.return-deadlines',
          now,
        },
      })),
    );
    for (const outcome of settled) {
      if (!outcome.ok) throw outcome.error;
      for (const { id, type, data } of outcome.value.events) {
        await this.process.apply({ id, correlationId: outcome.value.id, event: { type, data } as never });
      }
    }
  }
}
