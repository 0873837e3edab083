import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type NotificationEvent, type RefusalCode, type Sealed, text } from '@orderloom/contracts';
import { jitteredBackoff, pause } from '@orderloom/event-sourcing';
import { Clock, Logger, Shutdown, Vault } from '@orderloom/platform';
import { MongoLease } from '@orderloom/projections';
import { type MessageDoc, Messages, type SentContent } from '../notices/messages.js';
import {
  MAX_ATTEMPTS,
  markFailed,
  markSent,
  type Notification,
  pauseAfter,
  suppress,
} from '../notification/notification.js';
import { Notifications } from '../notification/repository.js';
import { type Addressee, Addressees } from './addressees.js';
import { contentFor, sealed } from './content.js';
import { DeliveryDeferred, DeliveryRefused, TRANSPORT, type Transport } from './transport.js';

const BATCH = 200;
const CONCURRENCY = 20;
/** How often the work list is looked at when nobody wakes the worker: retries, and work of another process. */
const LOOK_EVERY_MS = 15_000;
/** How soon is tried again whether a customer has become known. */
const WAIT_MS = 5_000;

type Outcome =
  | {
      readonly status: 'sent';
      readonly providerId: string;
      readonly content: SentContent;
      readonly sealedWith: Sealed<unknown>;
    }
  | { readonly status: 'failed'; readonly code: RefusalCode; readonly permanent: boolean }
  | { readonly status: 'suppressed'; readonly reason: RefusalCode }
  /** Recorded before, by a process that ended before it struck the message off the list. */
  | { readonly status: 'settled'; readonly as: 'sent' | 'failed' | 'suppressed' }
  | { readonly status: 'waiting' };

interface Done {
  readonly doc: MessageDoc;
  readonly outcome: Outcome;
}

/**
 * Works off the list of messages that are due, oldest first, in one process at a time. What a mail server took is
 * recorded for as long as it takes before anything else is sent: an outage of a store repeats no message. Only a process
 * that is killed between the two offers a message once more, under the same Message-ID.
 */
@Injectable()
export class Delivery implements OnApplicationBootstrap {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private nudge: (() => void) | undefined;
  private woken = false;
  /** Messages due before this time may have been in the hands of another process. Milliseconds since 1970. */
  private leadingSince = Number.POSITIVE_INFINITY;

  constructor(
    private readonly messages: Messages,
    private readonly notifications: Notifications,
    private readonly addressees: Addressees,
    @Inject(TRANSPORT) private readonly transport: Transport,
    private readonly vault: Vault,
    private readonly lease: MongoLease,
    private readonly clock: Clock,
    private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    shutdown.register('workers', 'delivery', () => this.stop());
  }

  onApplicationBootstrap(): void {
    this.running = this.lead();
  }

  /** There is something new on the list. */
  wake(): void {
    this.woken = true;
    this.nudge?.();
  }

  private async stop(): Promise<void> {
    this.stopping.abort();
    this.nudge?.();
    await this.running;
    this.transport.close();
  }

  private async lead(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const held = await this.lease.acquire('notification.delivery', signal);
        this.leadingSince = this.clock.millis();
        try {
          while (!signal.aborted && !held.lost.aborted) {
            this.woken = false;
            const done = await this.deliverDue();
            if (done < BATCH && !this.woken) await this.rest();
          }
        } finally {
          await held.release();
        }
      } catch (error) {
        if (signal.aborted) return;
        this.logger.warn({ err: error }, 'delivery interrupted');
        await this.rest();
      }
    }
  }

  private rest(): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.nudge?.(), LOOK_EVERY_MS);
      this.nudge = () => {
        clearTimeout(timer);
        this.nudge = undefined;
        resolve();
      };
    });
  }

  /** Delivers one batch of what is due. @returns how many were settled or put off */
  private async deliverDue(): Promise<number> {
    const due = await this.messages.messages
      .find({ status: 'due', dueAt: { $lte: this.clock.millis() } })
      .sort({ dueAt: 1 })
      .limit(BATCH)
      .toArray();
    if (due.length === 0) return 0;
    const done = await this.settledBefore(due);
    const settled = new Set(done.map(({ doc }) => doc._id));
    done.push(...(await this.send(due.filter(({ _id }) => !settled.has(_id)))));
    await this.record(done);
    return done.length;
  }

  /** Those of the messages that this service has recorded as settled already. Asked only after taking over. */
  private async settledBefore(due: readonly MessageDoc[]): Promise<Done[]> {
    const doubtful = due.filter(({ dueAt }) => dueAt <= this.leadingSince);
    const states = await Promise.all(doubtful.map(({ _id }) => this.notifications.load(_id)));
    return doubtful.flatMap((doc, index): Done[] => {
      const status = states[index]?.state.status;
      if (status === undefined || status === 'none' || status === 'queued') return [];
      return [{ doc, outcome: { status: 'settled', as: status } }];
    });
  }

  /** Sends side by side. When the server is away the rest stays on the list as it is. */
  private async send(docs: readonly MessageDoc[]): Promise<Done[]> {
    const addressees = await this.addressees.of(docs);
    const done: Done[] = [];
    let next = 0;
    let away = false;
    const work = async () => {
      while (next < docs.length && !away && !this.stopping.signal.aborted) {
        const index = next++;
        const doc = docs[index]!;
        const outcome = await this.deliver(doc, addressees[index]!, () => {
          away = true;
        });
        done.push({ doc, outcome });
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return done;
  }

  private async deliver(doc: MessageDoc, addressee: Addressee, serverAway: () => void): Promise<Outcome> {
    if (addressee.is === 'unknown') return { status: 'waiting' };
    if (addressee.is === 'nobody') return { status: 'suppressed', reason: addressee.reason };
    const { sealedWith } = addressee;
    const content = contentFor(doc, addressee);
    try {
      const providerId = await this.transport.send({ id: doc._id, locale: doc.locale, ...content });
      return { status: 'sent', providerId, content, sealedWith };
    } catch (error) {
      if (error instanceof DeliveryRefused) return { status: 'failed', code: 'MAIL_REFUSED', permanent: true };
      if (!(error instanceof DeliveryDeferred) || error.away) serverAway();
      return { status: 'failed', code: 'MAIL_DEFERRED', permanent: false };
    }
  }

  /** Records what became of messages, and tries again until it is done: what was sent must not be sent again. */
  private async record(done: readonly Done[]): Promise<void> {
    const { signal } = this.stopping;
    const backoff = jitteredBackoff(100, 5_000);
    for (;;) {
      try {
        await this.append(done);
        await this.strikeOff(done);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        this.logger.warn({ err: error, messages: done.length }, 'what was sent cannot be recorded yet; trying again');
        await pause(backoff.next(), signal).catch(() => undefined);
      }
    }
  }

  private async append(done: readonly Done[]): Promise<void> {
    const now = this.clock.now();
    const commands = done.flatMap(({ doc, outcome }) => {
      const decide = decisionOf(doc, outcome, now);
      const context = { actor: 'notification', correlationId: doc.orderId, now };
      return decide ? [{ id: doc._id, decide, context }] : [];
    });
    for (const outcome of await this.notifications.handleMany(commands)) if (!outcome.ok) throw outcome.error;
  }

  private async strikeOff(done: readonly Done[]): Promise<void> {
    const updates = await Promise.all(done.map((one) => this.after(one)));
    await this.messages.messages.bulkWrite(
      done.map(({ doc: { _id } }, index) => ({ updateOne: { filter: { _id }, update: { $set: updates[index]! } } })),
      { ordered: false },
    );
  }

  private async after({ doc, outcome }: Done): Promise<Partial<MessageDoc>> {
    switch (outcome.status) {
      case 'sent': {
        const content = await sealed(this.vault, outcome.content, outcome.sealedWith);
        return { status: 'sent', ...(content === undefined ? {} : { content }) };
      }
      case 'suppressed':
        return { status: 'suppressed' };
      case 'settled':
        return { status: outcome.as };
      case 'waiting':
        return { dueAt: this.clock.millis() + WAIT_MS };
      case 'failed': {
        const attempts = doc.attempts + 1;
        if (outcome.permanent || attempts >= MAX_ATTEMPTS) return { status: 'failed', attempts };
        return { attempts, dueAt: this.clock.millis() + pauseAfter(attempts) };
      }
      default:
        return outcome satisfies never;
    }
  }
}

function decisionOf(
  { _id, orderId, kind }: MessageDoc,
  outcome: Outcome,
  now: string,
): ((state: Notification) => NotificationEvent[]) | undefined {
  switch (outcome.status) {
    case 'sent':
      return markSent(outcome.providerId, now);
    case 'suppressed':
      return suppress({ notificationId: _id, orderId, kind, reason: outcome.reason });
    case 'failed':
      return markFailed(outcome.code, text(outcome.code, 'en'), outcome.permanent);
    case 'settled':
    case 'waiting':
      return undefined;
    default:
      return outcome satisfies never;
  }
}
