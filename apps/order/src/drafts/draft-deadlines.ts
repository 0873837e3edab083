import type { OnApplicationBootstrap } from '@nestjs/common';
import { deterministicId } from '@orderloom/event-sourcing';
import type { Clock, Logger, Shutdown } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import type { OrderRepository } from '../order.repository.js';
import { expire, submitted } from './decide-draft.js';
import type { DraftRepository } from './draft.repository.js';
import type { DraftDocument } from './drafts.projection.js';

/** How often drafts whose time has come are looked for. */
const EVERY_MS = 60_000;
const AT_ONCE = 200;

/** Ends drafts and offers in time. A draft whose order is there after all becomes what it is: submitted. */
export class DraftDeadlines implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly view: ProjectionRunner<DraftDocument>,
    private readonly drafts: DraftRepository,
    private readonly orders: OrderRepository,
    private readonly clock: Clock,
    private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    shutdown.register('workers', 'draft deadlines', async () => {
      clearInterval(this.#timer);
      await this.#running;
    });
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running
        .then(() => this.sweep())
        .catch((error: unknown) => this.logger.warn({ err: error }, 'drafts that are due could not be looked at'));
    }, EVERY_MS);
    this.#timer.unref();
  }

  /** Ends what is due now. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    const due = await this.view
      .collection()
      .find(
        { expiresAt: { $lte: now }, status: { $in: ['DRAFT', 'QUOTED'] } },
        { projection: { _id: 1, expiresAt: 1 } },
      )
      .limit(AT_ONCE)
      .toArray();
    const placed = await Promise.all(due.map(({ _id }) => this.orders.load(String(_id))));
    const settled = await this.drafts.handleMany(
      due.map(({ _id, expiresAt }, index) => {
        const order = placed[index]?.state;
        return {
          id: String(_id),
          decide: (draft) =>
            order === undefined || order.status === 'NONE'
              ? expire({ now }, draft)
              : submitted({ orderId: order.orderId, number: order.number, occurredAt: now }, draft),
          context: {
            actor: 'order.deadlines',
            correlationId: String(_id),
            causationId: deterministicId('draft-due', String(_id), String(expiresAt)),
            handler: 'order.draft-deadlines',
            now,
          },
        };
      }),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}
