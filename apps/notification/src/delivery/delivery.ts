import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Contact, CustomerProfile, NotificationEvent } from '@orderloom/contracts';
import { Clock, Logger, Shutdown, Vault } from '@orderloom/platform';
import { MongoLease } from '@orderloom/projections';
import { type MessageDoc, Messages } from '../notices/messages.js';
import { MAX_ATTEMPTS, markFailed, markSent, type Notification, suppress } from '../notification/notification.js';
import { Notifications } from '../notification/repository.js';
import { type Message, render } from '../templates/templates.js';
import { DeliveryRefused, type Transport } from './transport.js';

/** Token of the transport. */
export const TRANSPORT = Symbol('orderloom.notification.transport');

const BATCH = 200;
const CONCURRENCY = 20;
/** How often the work list is looked at when nobody wakes the worker: retries, and work of another process. */
const LOOK_EVERY_MS = 5_000;
const FIRST_RETRY_MS = 30_000;

type Outcome =
  | { readonly status: 'sent'; readonly to: string; readonly message: Message; readonly providerId: string }
  | { readonly status: 'failed'; readonly reason: string; readonly permanent: boolean }
  | { readonly status: 'suppressed'; readonly reason: string };

/**
 * Works off the list of messages that are due, oldest first, in one process at a time. Recorded first, then struck off
 * the list: killed in between, a message is offered to the provider once more under the same id.
 */
@Injectable()
export class Delivery implements OnApplicationBootstrap {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private nudge: (() => void) | undefined;
  private woken = false;

  constructor(
    private readonly messages: Messages,
    private readonly notifications: Notifications,
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

  /** Delivers one batch of what is due. @returns how many were due */
  async deliverDue(): Promise<number> {
    const due = await this.messages.messages
      .find({ status: 'due', dueAt: { $lte: this.clock.millis() } })
      .sort({ dueAt: 1 })
      .limit(BATCH)
      .toArray();
    const queue = due.map((doc, index) => ({ doc, index }));
    const outcomes: Outcome[] = [];
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (let next = queue.shift(); next; next = queue.shift()) outcomes[next.index] = await this.deliver(next.doc);
      }),
    );
    if (due.length > 0) await this.record(due, outcomes);
    return due.length;
  }

  private async deliver(doc: MessageDoc): Promise<Outcome> {
    const contact: (Contact & CustomerProfile) | null = doc.recipient ? await this.vault.unseal(doc.recipient) : null;
    if (!contact) return { status: 'suppressed', reason: 'CUSTOMER_ERASED' };
    if (!contact.email) return { status: 'suppressed', reason: 'RECIPIENT_MISSING' };
    const name = contact.name ?? contact.contactName ?? contact.company;
    const message = render(doc.kind, doc.locale, { ...doc.facts, ...(name ? { name } : {}) });
    try {
      const providerId = await this.transport.send({ id: doc._id, to: contact.email, locale: doc.locale, ...message });
      return { status: 'sent', to: contact.email, message, providerId };
    } catch (error) {
      // The server's sentence may repeat the address, so it goes neither into the event nor into the log.
      const permanent = error instanceof DeliveryRefused;
      return {
        status: 'failed',
        reason: permanent ? 'refused by the server' : 'the server was not reached',
        permanent,
      };
    }
  }

  private async record(due: readonly MessageDoc[], outcomes: readonly Outcome[]): Promise<void> {
    const now = this.clock.now();
    const settled = await this.notifications.handleMany(
      due.map((doc, index) => ({
        id: doc._id,
        decide: decisionOf(doc, outcomes[index], now),
        context: { actor: 'notification', correlationId: doc.orderId, now },
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
    await this.messages.messages.bulkWrite(
      due.map((doc, index) => ({
        updateOne: { filter: { _id: doc._id }, update: { $set: this.after(doc, outcomes[index]) } },
      })),
      { ordered: false },
    );
  }

  private after(doc: MessageDoc, outcome: Outcome | undefined): Partial<MessageDoc> {
    if (outcome?.status === 'sent') return { status: 'sent', to: outcome.to, ...outcome.message };
    if (outcome?.status === 'suppressed') return { status: 'suppressed' };
    const attempts = doc.attempts + 1;
    if (outcome?.permanent || attempts >= MAX_ATTEMPTS) return { status: 'failed', attempts };
    return { attempts, dueAt: this.clock.millis() + FIRST_RETRY_MS * 2 ** (attempts - 1) };
  }
}

function decisionOf(
  { _id, orderId, kind }: MessageDoc,
  outcome: Outcome | undefined,
  now: string,
): (state: Notification) => NotificationEvent[] {
  switch (outcome?.status) {
    case 'sent':
      return markSent(outcome.providerId, now);
    case 'suppressed':
      return suppress({ notificationId: _id, orderId, kind, reason: outcome.reason });
    default:
      return markFailed('DELIVERY_FAILED', outcome?.reason ?? '', outcome?.permanent ?? false);
  }
}
