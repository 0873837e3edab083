import { type FulfilmentEvent, Refused } from '@orderloom/contracts';
import {
  endedStatuses,
  type Fulfilment,
  type FulfilmentFacts,
  type FulfilmentStatus,
  fulfilmentStatuses,
  type Handover,
  type Label,
  type Parcel,
} from './fulfilment.js';
import { scan as countScan, type Scan } from './scan.js';
import { bare, byLine, type LineUnits, missingUnits, unitsByLine, withoutUnits } from './units.js';

/** The steps of the work, each with the states it needs and the state it leads to. */
export const fulfilmentSteps = {
  accept: { from: ['CREATED'], to: 'ACCEPTED' },
  startPicking: { from: ['ACCEPTED'], to: 'PICKING' },
  completePicking: { from: ['PICKING'], to: 'PICKED' },
  startPacking: { from: ['PICKED'], to: 'PACKING' },
  completePacking: { from: ['PACKING'], to: 'PACKED' },
  label: { from: ['PACKED'], to: 'LABELLED' },
  ship: { from: ['PACKED', 'LABELLED'], to: 'SHIPPED' },
} as const satisfies Record<string, { from: readonly FulfilmentStatus[]; to: FulfilmentStatus }>;

export type FulfilmentStep = keyof typeof fulfilmentSteps;

const rank = (status: FulfilmentStatus): number => fulfilmentStatuses.indexOf(status);

const ended = {
  CANCELLED: 'FULFILMENT_CANCELLED',
  REJECTED: 'FULFILMENT_REJECTED',
  SHORT: 'FULFILMENT_SHORT',
  SPLIT: 'FULFILMENT_REGROUPED',
  MERGED: 'FULFILMENT_REGROUPED',
} as const;

/** Why nothing can be done any more, or that it was never there. */
const over = (id: string, { status }: Fulfilment): Refused | undefined => {
  if (status === 'NONE') return new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId: id });
  if (status in ended) return new Refused(ended[status as keyof typeof ended], { fulfilmentId: id });
  return undefined;
};

/** Why a step is not possible now; `done` when it was taken before; undefined when it can be taken. */
export const whyNot = (step: FulfilmentStep, id: string, state: Fulfilment): Refused | 'done' | undefined => {
  const { from, to } = fulfilmentSteps[step];
  const ending = over(id, state);
  if (ending) return ending;
  if ((from as readonly FulfilmentStatus[]).includes(state.status)) return undefined;
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

/** Takes the release of an order on. A repeat is no event. */
export const create = (facts: FulfilmentFacts, state: Fulfilment): FulfilmentEvent[] =>
  state.status === 'NONE' ? [{ type: 'FulfilmentCreated', data: facts }] : [];

/** The location takes the work on. */
export const accept = (id: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('accept', id, state);
  return facts ? [{ type: 'FulfilmentAccepted', data: base(facts, at) }] : [];
};

/** Why, and in words. */
export interface Refusal {
  readonly reason: string;
  readonly note?: string | undefined;
}

const noted = ({ reason, note }: Refusal) => ({ reason, ...(note === undefined ? {} : { note }) });

/**
 * The location will not do it, also after it had accepted, as long as nothing is in a box: all units need another
 * source. @throws Refused FULFILMENT_STEP_INVALID once packing has begun
 */
export const reject = (id: string, refusal: Refusal, at: string, state: Fulfilment): FulfilmentEvent[] => {
  if (state.status === 'REJECTED') return [];
  const reason = over(id, state);
  if (reason) throw reason;
  const { facts, status } = state;
  if (!facts || rank(status) > rank('PICKED')) {
    throw new Refused('FULFILMENT_STEP_INVALID', { fulfilmentId: id, status, step: 'reject' });
  }
  const lines = state.lines.map(bare);
  return [
    { type: 'FulfilmentRejected', data: { ...base(facts, at), location: facts.location, ...noted(refusal), lines } },
  ];
};

export const startPicking = (id: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('startPicking', id, state);
  return facts ? [{ type: 'PickingStarted', data: { ...base(facts, at), lines: byLine(state.lines) } }] : [];
};

/** Only said when a deviating count is meant: a slip of the finger must not re-source an order. */
export type ShortPick = Refusal;

/**
 * Picking is over. Fewer units than asked for are refused unless `short` says that the rest is not there: then what
 * was picked goes on and the rest needs another source.
 * @throws Refused PICKED_QUANTITY_INVALID
 */
export const completePicking = (
  id: string,
  at: string,
  state: Fulfilment,
  lines?: readonly LineUnits[],
  short?: ShortPick,
): FulfilmentEvent[] => {
  const facts = ready('completePicking', id, state);
  if (!facts) return [];
  const scanned = state.scans.picked.length > 0 ? state.scans.picked : undefined;
  const counted = unitsByLine(lines ?? scanned ?? state.lines);
  const asked = unitsByLine(state.lines);
  for (const [lineId, quantity] of counted) {
    if (quantity > (asked.get(lineId) ?? 0)) {
      throw new Refused('PICKED_QUANTITY_INVALID', { lineId, expected: asked.get(lineId) ?? 0 });
    }
  }
  const missing = missingUnits(state.lines, counted);
  const [first] = missing;
  if (!first) return [{ type: 'PickingCompleted', data: { ...base(facts, at), lines: byLine(state.lines) } }];
  if (!short) throw new Refused('PICKED_QUANTITY_INVALID', { lineId: first.lineId, expected: asked.get(first.lineId) });
  const rest = byLine(withoutUnits(state.lines, missing));
  const told: FulfilmentEvent = {
    type: 'FulfilmentShort',
    data: { ...base(facts, at), location: facts.location, ...noted(short), lines: missing, rest },
  };
  return rest.length === 0 ? [told] : [told, { type: 'PickingCompleted', data: { ...base(facts, at), lines: rest } }];
};

/** All units in one parcel, named after the fulfilment. */
const oneParcel = (facts: FulfilmentFacts, state: Fulfilment): Parcel[] => [
  { parcelId: `${facts.fulfilmentId}/1`, lines: byLine(state.lines) },
];

/** Counts units that went through the scanner. @throws Refused as `scan` of scans.ts */
export const scan = (id: string, command: Scan, state: Fulfilment): FulfilmentEvent[] => {
  const reason = over(id, state);
  if (reason) throw reason;
  return state.facts ? countScan(command, state.facts, state) : [];
};

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
  const packed = parcels && parcels.length > 0 ? [...parcels] : oneParcel(facts, state);
  const open = unitsByLine(state.lines);
  for (const { lineId, quantity } of packed.flatMap((parcel) => parcel.lines)) {
    open.set(lineId, (open.get(lineId) ?? 0) - quantity);
  }
  if ([...open.values()].some((rest) => rest !== 0)) throw new Refused('PARCELS_INCOMPLETE', { fulfilmentId: id });
  return [{ type: 'PackingCompleted', data: { ...base(facts, at), parcels: packed } }];
};

/** A carrier is booked: labels can be printed, the parcels wait to be fetched. */
export const label = (id: string, booked: Label, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('label', id, state);
  return facts ? [{ type: 'FulfilmentLabelled', data: { ...base(facts, booked.occurredAt), ...booked } }] : [];
};

/** The parcels were handed to the carrier. How is fixed here: the shipment is made from this event. */
export const ship = (id: string, handover: Handover, state: Fulfilment): FulfilmentEvent[] => {
  const facts = ready('ship', id, state);
  if (!facts) return [];
  // What was booked is what is handed over; why it was chosen is told with the label.
  const { choice: _told, ...booked } = state.label ?? handover;
  const done = state.label ? { ...booked, occurredAt: handover.occurredAt } : handover;
  const members = state.group.members.map(({ fulfilmentId }) => fulfilmentId);
  const along = members.length === 0 ? {} : { members };
  return [{ type: 'FulfilmentShipped', data: { ...base(facts, done.occurredAt), ...done, ...along } }];
};

/**
 * The order ended. What has left is not called back: a repeat, or a fulfilment that is over, is no event. One that goes
 * out with another's parcel can still be cancelled.
 */
export const cancel = (reason: string, at: string, state: Fulfilment, epoch = 0): FulfilmentEvent[] =>
  // Released after the order was taken up again: an earlier end, heard of once more, is not about it.
  !state.facts ||
  epoch < (state.facts.epoch ?? 0) ||
  (state.status !== 'MERGED' && endedStatuses.includes(state.status))
    ? []
    : [{ type: 'FulfilmentCancelled', data: { ...base(state.facts, at), reason } }];

/** It should have been handed over by now. Said once; what is over is late no more. */
export const overdue = (dueAt: string, at: string, state: Fulfilment): FulfilmentEvent[] =>
  !state.facts || state.overdue || endedStatuses.includes(state.status)
    ? []
    : [
        {
          type: 'FulfilmentOverdue',
          data: { ...base(state.facts, at), location: state.facts.location, status: state.status, dueAt },
        },
      ];

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
