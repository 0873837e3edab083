import { Injectable } from '@nestjs/common';
import { isRefused } from '@orderloom/contracts';
import { Clock, InjectSettings, Logger } from '@orderloom/platform';
import { overdue } from '../fulfilment/decide.js';
import { endedStatuses, type Fulfilment } from '../fulfilment/fulfilment.js';
import { FulfilmentRepository, ShipmentRepository } from '../repositories.js';
import type { LogisticsSettings } from '../settings.js';
import { watch } from '../shipment/deadlines.js';
import type { Shipment } from '../shipment/shipment.js';
import { Views } from '../views.js';

/** Deadlines looked at together. */
const BATCH = 200;

/** Who reminders and alerts are recorded as. */
export const DEADLINE_ACTOR = 'logistics.deadlines';

const context = (id: string, now: string, correlationId: string) => ({
  actor: DEADLINE_ACTOR,
  correlationId,
  handler: `${DEADLINE_ACTOR}.${id}`,
  now,
});

/**
 * Reminds before deadlines and alerts when they are over. One indexed query per kind and tick finds what is due; there
 * is no timer per parcel, and one process at a time does it. What is found is decided by the aggregate: a list that lags
 * raises no alarm about what is done.
 */
@Injectable()
export class DeadlineWatch {
  readonly #tickMs: number;

  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly shipments: ShipmentRepository,
    private readonly views: Views,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @InjectSettings() settings: LogisticsSettings,
  ) {
    this.#tickMs = settings.DEADLINE_TICK_SECONDS * 1_000;
  }

  /** Works until told to stop; the answer waits until the batch in hand is done. */
  run(signal: AbortSignal): () => Promise<void> {
    const running = this.#loop(signal);
    return () => running;
  }

  /** Looks once. @returns how many reminders and alerts there were */
  async tick(): Promise<number> {
    const now = this.clock.now();
    const [late, shipped] = await Promise.all([
      this.views.fulfilments
        .collection()
        .find(
          { dueAt: { $gt: '', $lte: now }, status: { $nin: [...endedStatuses] } },
          { projection: { dueAt: 1, orderId: 1 } },
        )
        .sort({ dueAt: 1 })
        .limit(BATCH)
        .toArray(),
      this.views.shipments
        .collection()
        .find({ watchAt: { $gt: '', $lte: now } }, { projection: { orderId: 1 } })
        .sort({ watchAt: 1 })
        .limit(BATCH)
        .toArray(),
    ]);
    const settled = await Promise.all([
      this.fulfilments.handleMany(
        late.map(({ _id, orderId, dueAt }) => ({
          id: _id,
          decide: (state: Fulfilment) => overdue(dueAt ?? now, now, state),
          context: context(_id, now, orderId),
        })),
      ),
      this.shipments.handleMany(
        shipped.map(({ _id, orderId }) => ({
          id: _id,
          decide: (state: Shipment) => watch(_id, now, state),
          context: context(_id, now, orderId),
        })),
      ),
    ]);
    let said = 0;
    for (const outcome of settled.flat()) {
      if (outcome.ok) said += outcome.value.changed ? 1 : 0;
      else if (!isRefused(outcome.error)) throw outcome.error;
    }
    return said;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#tickMs, signal);
      if (signal.aborted) return;
      try {
        const said = await this.tick();
        if (said > 0) this.logger.info({ said }, 'deadlines are near or over');
      } catch (error) {
        if (!signal.aborted) this.logger.warn({ err: error }, 'deadlines could not be looked at; trying again');
      }
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
