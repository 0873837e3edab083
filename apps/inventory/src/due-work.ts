import { Injectable } from '@nestjs/common';
import { pause } from '@orderloom/event-sourcing';
import { Clock, Logger } from '@orderloom/platform';
import { OverduePurchases } from './purchase/overdue-purchases.js';
import { DailyLevels } from './replenishment/daily-levels.js';
import { ReserveHold } from './reservation/reserve-hold.js';
import { ShortageDesk } from './shortage/shortage-desk.js';
import { BackorderWorker } from './sourcing/backorder-worker.js';

/** How often it is looked whether something is due, ms. Each look is one indexed query per kind. */
const EVERY_MS = 1_000;

/** Does what has a time: one process at a time, no timer per thing. What failed is due again at the next look. */
@Injectable()
export class DueWork {
  constructor(
    private readonly holds: ReserveHold,
    private readonly backorders: BackorderWorker,
    private readonly shortages: ShortageDesk,
    private readonly purchases: OverduePurchases,
    private readonly levels: DailyLevels,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Looks until the signal aborts or the answer is called, which waits for the look in hand to end. */
  start(signal: AbortSignal): () => Promise<void> {
    const stop = new AbortController();
    const running = this.#run(AbortSignal.any([signal, stop.signal]));
    return () => {
      stop.abort();
      return running;
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const [what, doDue] of this.#kinds()) {
        try {
          // A full page may have more behind it.
          while (!signal.aborted && (await doDue(this.clock.now())) > 0);
        } catch (error) {
          this.logger.warn({ err: error, what }, 'what is due could not be done; trying again');
        }
      }
      await pause(EVERY_MS, signal).catch(() => undefined);
    }
  }

  /** Each does what is due, at most a page, and tells how much it was. */
  #kinds(): readonly (readonly [what: string, doDue: (now: string) => Promise<number>])[] {
    return [
      ['holds', (now) => this.holds.expireDue(now)],
      ['pre-orders', (now) => this.backorders.decideDue(now)],
      ['shortages', (now) => this.shortages.answerDue(now)],
      ['purchases', (now) => this.purchases.tell(now)],
      ['levels', (now) => this.levels.applyWhenDue(now)],
    ];
  }
}
