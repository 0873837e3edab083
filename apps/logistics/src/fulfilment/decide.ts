import { type FulfilmentEvent, Refused } from '@orderloom/contracts';
import {
  type Fulfilment,
  type FulfilmentFacts,
  type FulfilmentStatus,
  fulfilmentStatuses,
  type Handover,
  type Parcel,
} from './fulfilment.js';

/** The steps of the work, each with the state it needs and the state it leads to. */
export const fulfilmentSteps = {
  accept: { from: 'CREATED', to: 'ACCEPTED' },
  startPicking: { from: 'ACCEPTED', to: 'PICKING' },
  completePicking: { from: 'PICKING', to: 'PICKED' },
  startPacking: { from: 'PICKED', to: 'PACKING' },
  completePacking: { from: 'PACKING', to: 'PACKED' },
  ship: { from: 'PACKED', to: 'SHIPPED' },
} as const satisfies Record<string, { from: FulfilmentStatus; to: FulfilmentStatus }>;

export type FulfilmentStep = keyof typeof fulfilmentSteps;

const rank = (status: FulfilmentStatus): number => fulfilmentStatuses.indexOf(status);

/** Why a step is not possible now; `done` when it was taken before; undefined when it can be taken. */
export const whyNot = (step: FulfilmentStep, id: string, state: Fulfilment): Refused | 'done' | undefined => {
  const { from, to } = fulfilmentSteps[step];
  if (state.status === 'NONE') return new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId: id });
  if (state.status === 'CANCELLED') return new Refused('FULFILMENT_CANCELLED', { fulfilmentId: id });
  if (state.status === 'SPLIT' || state.status === 'MERGED')
    return new Refused('FULFILMENT_REGROUPED', { fulfilmentId: id });
  if (state.status === from) return undefined;
  if (rank(state.status) >= rank(to)) return 'done';
  return new Refused('FULFILMENT_STEP_INVALID', { fulfilmentId: id, status: state.status, step });
};

/** The facts when the step can be taken; undefined when it was taken. @throws Refused when it cannot */
const ready = (step: FulfilmentStep, id: string, state: Fulfilment): FulfilmentFacts | undefined => {
  const reason = whyNot(step, id, state);
  if (reason instanceof Refused) throw reason;
  return reason === 'done' ? undefined : state.facts;
};

const base = (facts: FulfilmentFacts, occurredAt: string) => ({
  fulfilmentId: facts.fulfilmentId,
  orderId: facts.orderId,
  occurredAt,
});

/** Units per order line: a line that was reserved in parts comes as several lines of the release. */
const unitsByLine = (lines: readonly { readonly lineId: string; readonly quantity: number }[]): Map<string, number> => {
  const units = new Map<string, number>();
  for (const { lineId, quantity } of lines) units.set(lineId, (units.get(lineId) ?? 0) + quantity);
  return units;
};

const allLines = (facts: FulfilmentFacts) =>
  [...unitsByLine(facts.lines)].map(([lineId, quantity]) => ({ lineId, quantity }));

/** Takes the release of an order on. A repeat is no event. */
export const create = (facts: FulfilmentFacts, state: Fulfilment): FulfilmentEvent[] =>
  state.status === 'NONE' ? [{ type: 'FulfilmentCreated', data: facts }] : [];

/** The location takes the work on. */
export const accept = (id: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('accept', id, state);
  return facts ? [{ type: 'FulfilmentAccepted', data: base(facts, at) }] : [];
};

export const startPicking = (id: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('startPicking', id, state);
  return facts ? [{ type: 'PickingStarted', data: { ...base(facts, at), lines: allLines(facts) } }] : [];
};

/** Every unit was collected: short picks are not part of this flow yet, so a deviating count is refused. */
export const completePicking = (
  id: string,
  at: string,
  state: Fulfilment,
  lines?: readonly { readonly lineId: string; readonly quantity: number }[],
): FulfilmentEvent[] => {
  const facts = ready('completePicking', id, state);
  if (!facts) return [];
  const counted = unitsByLine(lines ?? facts.lines);
  for (const [lineId, quantity] of unitsByLine(facts.lines)) {
    if ((counted.get(lineId) ?? 0) !== quantity)
      throw new Refused('PICKED_QUANTITY_INVALID', { lineId, expected: quantity });
  }
  return [{ type: 'PickingCompleted', data: { ...base(facts, at), lines: allLines(facts) } }];
};

/** All units in one parcel, named after the fulfilment. */
const oneParcel = (facts: FulfilmentFacts): Parcel[] => [
  { parcelId: `${facts.fulfilmentId}/1`, lines: allLines(facts) },
];

export const startPacking = (id: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('startPacking', id, state);
  return facts ? [{ type: 'PackingStarted', data: { ...base(facts, at), parcels: [] } }] : [];
};

/** @throws Refused PARCELS_INCOMPLETE unless the parcels hold exactly what was picked */
export const completePacking = (
  id: string,
  at: string,
  state: Fulfilment,
  parcels?: readonly Parcel[],
): FulfilmentEvent[] => {
  const facts = ready('completePacking', id, state);
  if (!facts) return [];
  const packed = parcels && parcels.length > 0 ? [...parcels] : oneParcel(facts);
  const open = unitsByLine(facts.lines);
  for (const { lineId, quantity } of packed.flatMap((parcel) => parcel.lines)) {
    open.set(lineId, (open.get(lineId) ?? 0) - quantity);
  }
  if ([...open.values()].some((rest) => rest !== 0)) throw new Refused('PARCELS_INCOMPLETE', { fulfilmentId: id });
  return [{ type: 'PackingCompleted', data: { ...base(facts, at), parcels: packed } }];
};

/** The parcels were handed to the carrier. How is fixed here: the shipment is made from this event. */
export const ship = (id: string, handover: Handover, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('ship', id, state);
  if (!facts) return [];
  const members = state.group.members.map(({ fulfilmentId }) => fulfilmentId);
  const along = members.length === 0 ? {} : { members };
  return [{ type: 'FulfilmentShipped', data: { ...base(facts, handover.occurredAt), ...handover, ...along } }];
};

/** The order ended. What has left is not called back: a repeat, or a fulfilment that left, is no event. */
export const cancel = (reason: string, at: string, state: Fulfilment, epoch = 0): FulfilmentEvent[] =>
  // Released after the order was taken up again: an earlier end, heard of once more, is not about it.
  !state.facts ||
  epoch < (state.facts.epoch ?? 0) ||
  state.status === 'SHIPPED' ||
  state.status === 'CANCELLED' ||
  state.status === 'SPLIT'
    ? []
    : [{ type: 'FulfilmentCancelled', data: { ...base(state.facts, at), reason } }];

/** A step as a function of the state, with its defaults. */
export type Decide = (state: Fulfilment) => FulfilmentEvent[];

/** Takes steps one after another in one append; a step that was taken before adds nothing. */
export const inTurn =
  (evolve: (state: Fulfilment, event: FulfilmentEvent) => Fulfilment, ...steps: readonly Decide[]): Decide =>
  (state) => {
    const events: FulfilmentEvent[] = [];
    let current = state;
    for (const step of steps) {
      for (const event of step(current)) {
        events.push(event);
        current = evolve(current, event);
      }
    }
    return events;
  };
