import { Injectable } from '@nestjs/common';
import { ReferenceData } from '../data/reference-data.js';
import { openUnits } from '../fulfilment/scan.js';
import { FulfilmentRepository } from '../repositories.js';
import { type PickStop, pickList } from './pick-list.js';

/** A pick list with where it is for. */
export interface PickListView {
  readonly location: string;
  readonly fulfilmentIds: readonly string[];
  readonly stops: readonly PickStop[];
  /** Skus of which nobody has said where they lie. */
  readonly withoutBin: readonly string[];
}

/** Pick lists by walking order, from the bins that are on record. */
@Injectable()
export class PickLists {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly reference: ReferenceData,
  ) {}

  /** What is still to be picked. */
  async of(location: string, fulfilmentIds: readonly string[]): Promise<PickListView> {
    const data = await this.reference.fresh();
    const states = await Promise.all(fulfilmentIds.map(async (id) => (await this.fulfilments.load(id)).state));
    const lines = states.flatMap((state) => {
      const { facts } = state;
      if (!facts || !['CREATED', 'ACCEPTED', 'PICKING'].includes(state.status)) return [];
      const open = openUnits(state, 'pick');
      const names = new Map(facts.lines.map((line) => [line.lineId, line.name]));
      // What goes out in the same parcel is fetched on the same way.
      const along = state.group.members.flatMap(({ fulfilmentId, lines }) =>
        lines.map(({ lineId, sku, name, quantity }) => ({ fulfilmentId, lineId, sku, name, quantity })),
      );
      const own = state.lines.flatMap(({ lineId, sku, quantity }) => {
        const left = Math.min(quantity, open.get(lineId) ?? 0);
        open.set(lineId, (open.get(lineId) ?? 0) - left);
        return left > 0
          ? [{ fulfilmentId: facts.fulfilmentId, lineId, sku, name: names.get(lineId) ?? sku, quantity: left }]
          : [];
      });
      return [...own, ...along];
    });
    const binOf = (sku: string): string | undefined => {
      const bin = data.get('item', sku)?.value.bins?.[location];
      return typeof bin === 'string' ? bin : undefined;
    };
    const stops = pickList(lines, binOf, data.or('site', location).aisles);
    return {
      location,
      fulfilmentIds,
      stops,
      withoutBin: stops.filter(({ bin }) => bin === null).map(({ sku }) => sku),
    };
  }
}
