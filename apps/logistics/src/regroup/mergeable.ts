import { Injectable } from '@nestjs/common';
import { type Address, Refused } from '@orderloom/contracts';
import { Vault } from '@orderloom/platform';
import type { Fulfilment } from '../fulfilment/fulfilment.js';
import { FulfilmentRepository } from '../repositories.js';
import { Views } from '../views.js';
import { untouched } from './decide-split.js';

/** Fulfilment orders that could go out in one parcel. */
export interface Suggestion {
  readonly customerId: string;
  readonly location: string;
  readonly country: string;
  readonly fulfilments: readonly {
    readonly id: string;
    readonly orderId: string;
    readonly orderNumber: string;
    readonly units: number;
  }[];
}

const MOST_GROUPS = 50;
const MOST_OF_A_GROUP = 20;

const normal = (text: string | undefined): string =>
  (text ?? '').normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/** The place an address means, however it is written; the phone number is no part of it. */
const placeOf = (address: Address | null): string | null =>
  address === null
    ? null
    : [
        address.name,
        address.company,
        address.street,
        address.street2,
        address.postalCode,
        address.city,
        address.country,
      ]
        .map(normal)
        .join('|');

/** Finds and checks what may go out in one parcel: same customer, same address, same location, nobody at work yet. */
@Injectable()
export class Mergeable {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly views: Views,
    private readonly vault: Vault,
  ) {}

  /** @throws Refused FULFILMENT_NOT_FOUND, FULFILMENT_STARTED, MERGE_NOT_SAME */
  async check(ids: readonly string[]): Promise<void> {
    const states = await Promise.all(ids.map(async (id) => ({ id, state: (await this.fulfilments.load(id)).state })));
    const facts = states.map(({ id, state }) =>
      state.status === 'MERGED' && state.facts ? state.facts : untouched(id, state),
    );
    const places = await Promise.all(states.map(({ state }) => this.#place(state)));
    const [first] = facts;
    for (const [index, one] of facts.entries()) {
      if (one.customerId === undefined || one.customerId !== first?.customerId) {
        throw new Refused('MERGE_NOT_SAME', { fulfilmentId: one.fulfilmentId, field: 'customerId' });
      }
      if (one.location !== first.location) {
        throw new Refused('MERGE_NOT_SAME', { fulfilmentId: one.fulfilmentId, field: 'location' });
      }
      if (places[index] === null || places[index] !== places[0]) {
        throw new Refused('MERGE_NOT_SAME', { fulfilmentId: one.fulfilmentId, field: 'shipTo' });
      }
    }
  }

  /** What could go out together now, most recent first. */
  async suggestions(): Promise<Suggestion[]> {
    const groups = await this.views.fulfilments
      .collection()
      .aggregate<{ _id: { customerId: string; location: string }; ids: string[] }>([
        { $match: { status: 'CREATED', customerId: { $ne: null } } },
        { $sort: { createdAt: -1, _id: -1 } },
        { $limit: 5_000 },
        { $group: { _id: { customerId: '$customerId', location: '$location' }, ids: { $push: '$_id' } } },
        { $match: { 'ids.1': { $exists: true } } },
        { $limit: MOST_GROUPS },
      ])
      .toArray();
    const found = await Promise.all(groups.map(({ ids }) => this.#together(ids.slice(0, MOST_OF_A_GROUP))));
    return found.flat();
  }

  async #together(ids: readonly string[]): Promise<Suggestion[]> {
    const byPlace = new Map<string, NonNullable<Fulfilment['facts']>[]>();
    for (const id of ids) {
      const { state } = await this.fulfilments.load(id);
      const place = await this.#place(state);
      if (state.status !== 'CREATED' || !state.facts || place === null) continue;
      byPlace.set(place, [...(byPlace.get(place) ?? []), { ...state.facts, lines: state.lines }]);
    }
    return [...byPlace.values()]
      .filter((facts) => new Set(facts.map(({ orderId }) => orderId)).size > 1)
      .map((facts) => ({
        customerId: facts[0]?.customerId ?? '',
        location: facts[0]?.location ?? '',
        country: facts[0]?.shipTo.country ?? '',
        fulfilments: facts.map(({ fulfilmentId, orderId, orderNumber, lines }) => ({
          id: fulfilmentId,
          orderId,
          orderNumber,
          units: lines.reduce((sum, { quantity }) => sum + quantity, 0),
        })),
      }));
  }

  async #place({ facts }: Fulfilment): Promise<string | null> {
    const sealed = facts?.shipTo.address;
    return sealed === undefined ? null : placeOf(await this.vault.unseal<Address>(sealed));
  }
}
