import { Inject, Injectable } from '@nestjs/common';
import { OrderPersonalDataErasedV1, topicOf } from '@orderloom/contracts';
import { RevisionConflict } from '@orderloom/event-sourcing';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Vault } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { DRAFTS_VIEW } from '../drafts/drafts.controller.js';
import type { DraftDocument } from '../drafts/drafts.projection.js';
import { erasePersonalData } from '../order/decide-erase.js';
import { OrderRepository } from '../order.repository.js';
import { type CommandRequest, runCommand } from '../order-commands.js';
import { ErasedCustomers } from '../views/erased-customers.js';
import { PeopleWords } from '../views/list/people.js';
import { keysOfOrder } from './keys-of-order.js';

/** Attempts while others go on writing about the order. */
const MOST_CONFLICTS = 5;

/**
 * Erases what is known of a guest: recorded first, then forgotten, then the keys are destroyed. The record is what makes
 * it certain: whoever dies in between, the event is handled again until the keys are gone.
 */
@Injectable()
export class EraseOrder {
  readonly #people: PeopleWords;

  constructor(
    private readonly orders: OrderRepository,
    @Inject(DRAFTS_VIEW) private readonly drafts: ProjectionRunner<DraftDocument>,
    private readonly erased: ErasedCustomers,
    private readonly vault: Vault,
  ) {
    this.#people = new PeopleWords(this.vault);
  }

  /** @throws Refused what the decider refuses; REVISION_CONFLICT when `If-Match` names another revision */
  async erase(request: CommandRequest): Promise<object> {
    const { id, context, ifMatch, dryRun } = request;
    for (let attempt = 1; ; attempt++) {
      const events = await this.orders.history(id);
      const command = { keyIds: await this.#keysOf(id, events), requestedBy: context.actor, now: context.now };
      try {
        // Nothing may be written between what was read and what is recorded: it could lie under a key that is missed.
        const answer = await runCommand(
          this.orders,
          { ...request, ifMatch: ifMatch ?? events.at(-1)?.revision },
          (order) => erasePersonalData(command, order),
        );
        if (!dryRun) await this.#forget(id);
        return answer;
      } catch (error) {
        if (!(error instanceof RevisionConflict) || ifMatch !== undefined || attempt >= MOST_CONFLICTS) throw error;
      }
    }
  }

  @OnEvents({ group: 'order.payments', topics: [topicOf.order], types: [OrderPersonalDataErasedV1.type] })
  async hear(events: readonly ReceivedEvent[]): Promise<void> {
    for (const { subject } of events) await this.#forget(subject.slice('order-'.length));
  }

  async #forget(orderId: string): Promise<void> {
    const events = await this.orders.history(orderId);
    // The words by which the guest was found can be read as long as the keys are there, which go last.
    await this.#people.prepare(events);
    const words = events.flatMap((event) => this.#people.of(event));
    await this.erased.forgetOrder(orderId, words, await this.#keysOf(orderId, events));
  }

  async #keysOf(orderId: string, events: readonly { readonly data: unknown }[]): Promise<string[]> {
    const { state } = await this.orders.load(orderId);
    if (state.status === 'NONE') return [];
    // An order that a channel numbers has another id than the draft it was made of.
    const drafts = this.drafts.collection().find({ orderNumber: state.number }, { projection: { _id: 1 } });
    return keysOfOrder(
      orderId,
      events,
      (await drafts.toArray()).map(({ _id }) => String(_id)),
    );
  }
}
