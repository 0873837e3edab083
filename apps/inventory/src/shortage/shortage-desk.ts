import { Injectable } from '@nestjs/common';
import { isRefused, type ShortageEventData } from '@orderloom/contracts';
import { deterministicId, type RecordedEvent } from '@orderloom/event-sourcing';
import { Clock } from '@orderloom/platform';
import { PromiseBook } from '../promise/promise-book.js';
import { SourcingRepository } from '../repositories.js';
import type { Decision } from '../sourcing/sourcing.js';
import { answerShortage, raiseShortage } from './decide-shortage.js';
import { ShortageBook } from './shortage-book.js';

type Raised = ShortageEventData['ShortageRaised'];

/** How long the desk and the customer have to choose. */
const ANSWER_MS = 48 * 3_600_000;
/** Questions that are ended together. */
const DUE = 200;

const isDecision = (event: RecordedEvent): event is RecordedEvent & { data: Decision } =>
  event.type === 'SourcingDecided';

const isShortLine = (line: Decision['lines'][number]): boolean =>
  line.backordered > 0 && line.awaitedUntil === undefined;

/** Asks what shall happen to units that are not there, and answers for those who do not. */
@Injectable()
export class ShortageDesk {
  constructor(
    private readonly sourcing: SourcingRepository,
    private readonly promises: PromiseBook,
    private readonly book: ShortageBook,
    private readonly clock: Clock,
  ) {}

  /** Raises a question for each order of a batch of decisions that left units open. Repeatable. */
  async raise(events: readonly RecordedEvent[]): Promise<void> {
    const short = events.filter(isDecision).filter(({ data }) => data.lines.some(isShortLine));
    if (short.length === 0) return;
    const skus = [...new Set(short.flatMap(({ data }) => data.lines.filter(isShortLine).map(({ sku }) => sku)))];
    const promises = await this.promises.of(skus);
    const instead = [...new Set([...promises.values()].flatMap(({ policy }) => policy?.substitutes ?? []))];
    for (const [sku, promise] of await this.promises.of(instead)) if (!promises.has(sku)) promises.set(sku, promise);
    const now = this.clock.now();
    const answerBy = new Date(Date.parse(now) + ANSWER_MS).toISOString();
    const settled = await this.sourcing.handleMany(
      short.map((event) => {
        const { orderId } = event.data;
        return {
          id: orderId,
          decide: (state) =>
            raiseShortage(
              { ...this.#question(event.data, promises, answerBy), shortageId: idOf(orderId, state.shortages) },
              state,
            ),
          context: {
            actor: 'inventory.shortages',
            correlationId: event.metadata.correlationId,
            causationId: event.id,
            handler: 'inventory.shortages',
            now,
          },
        };
      }),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }

  /** Answers for those who did not in time: the order waits, or, where nothing more will come, the units are cancelled. */
  async answerDue(now: string): Promise<number> {
    const due = await this.book.due(now, DUE);
    const settled = await this.sourcing.handleMany(
      due.map(({ _id: orderId, shortageId }) => ({
        id: orderId,
        decide: (state) => answerShortage({ orderId, answers: [], by: 'deadline', now }, state),
        context: {
          actor: 'inventory.shortages',
          correlationId: orderId,
          causationId: shortageId,
          handler: 'inventory.shortages.deadline',
          now,
        },
      })),
    );
    for (const outcome of settled) if (!outcome.ok && !isRefused(outcome.error)) throw outcome.error;
    await this.book.forget(due.map(({ _id }) => _id));
    return due.length;
  }

  #question(
    { orderId, lines }: Decision,
    promises: Awaited<ReturnType<PromiseBook['of']>>,
    answerBy: string,
  ): Omit<Raised, 'shortageId'> {
    const { today } = this.promises;
    const asked = lines.filter(isShortLine).map(({ lineId, sku, backordered }): Raised['lines'][number] => {
      const promise = promises.get(sku);
      const { day } = promise ? this.promises.dayFor(promise, 1) : { day: null };
      const substitutes = (promise?.policy?.substitutes ?? []).flatMap((other) => {
        const found = promises.get(other);
        const available = found?.promised.find((entry) => entry.day === today)?.available ?? 0;
        return available > 0 ? [{ sku: other, name: found?.policy?.name ?? other, available }] : [];
      });
      return { lineId, sku, quantity: backordered, ...(day === null ? {} : { waitUntil: day }), substitutes };
    });
    const refused = asked.some(({ sku }) => promises.get(sku)?.policy?.backorder === 'refuse');
    const some = lines.some((line) => line.allocations.length > 0);
    return {
      orderId,
      lines: asked,
      options: [
        ...(refused ? [] : ['WAIT' as const]),
        ...(asked.some(({ substitutes }) => substitutes.length > 0) ? ['SUBSTITUTE' as const] : []),
        ...(some ? ['PART_DELIVERY' as const] : []),
        'CANCEL',
      ],
      answerBy,
    };
  }
}

const idOf = (orderId: string, number: number): string => deterministicId('shortage', orderId, String(number));
