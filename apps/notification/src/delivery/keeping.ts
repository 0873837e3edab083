import { Inject, Injectable } from '@nestjs/common';
import type { NotificationEvent } from '@orderloom/contracts';
import { Clock, Vault } from '@orderloom/platform';
import type { MessageDoc } from '../notices/messages.js';
import { markSent, type Notification, suppress } from '../notification/notification.js';
import { Addressees } from './addressees.js';
import { contentFor, sealed } from './content.js';
import { keptId, TRANSPORT, type Transport } from './transport.js';

/** What a message came to at once: the event that says so, and what is kept of it. */
export interface Kept {
  readonly decide: (state: Notification) => NotificationEvent[];
  readonly doc: Pick<MessageDoc, 'status' | 'content'>;
}

/**
 * Settles messages where nothing is sent. There is no mail server whose answer must be waited for, so what becomes of a
 * notice is known when it is written and recorded in the same append.
 */
@Injectable()
export class Keeping {
  constructor(
    private readonly addressees: Addressees,
    @Inject(TRANSPORT) private readonly transport: Transport,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** In the order given; undefined for what goes on the list of delivery. */
  async settle(docs: readonly MessageDoc[]): Promise<(Kept | undefined)[]> {
    if (!this.transport.keeps) return docs.map(() => undefined);
    const due = docs.filter(({ status }) => status === 'due');
    const addressees = new Map((await this.addressees.of(due)).map((addressee, index) => [due[index]!._id, addressee]));
    const now = this.clock.now();
    return Promise.all(
      docs.map(async (doc): Promise<Kept | undefined> => {
        const addressee = addressees.get(doc._id);
        // Whose profile may still become known waits on the list.
        if (!addressee || addressee.is === 'unknown') return undefined;
        const { _id, orderId, kind } = doc;
        if (addressee.is === 'nobody') {
          const { reason } = addressee;
          return { decide: suppress({ notificationId: _id, orderId, kind, reason }), doc: { status: 'suppressed' } };
        }
        const content = await sealed(this.vault, contentFor(doc, addressee), addressee.sealedWith);
        return {
          decide: markSent(keptId(_id), now),
          doc: { status: 'sent', ...(content === undefined ? {} : { content }) },
        };
      }),
    );
  }
}
