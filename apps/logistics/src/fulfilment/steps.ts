import { Refused } from '@orderloom/contracts';
import * as work from './decide.js';
import { type Fulfilment, fulfilment, type Handover, type Parcel } from './fulfilment.js';
import type { LineUnits } from './units.js';

/** What people do with a fulfilment order; picking and packing have a start and an end. */
export const actions = ['accept', 'reject', 'pick', 'pack', 'label', 'dispatch'] as const;
export type Action = (typeof actions)[number];

/** What may be said with an action. */
export interface ActionInput {
  /** `start` or `complete` only one half of picking or packing; both when absent. */
  readonly stage?: 'start' | 'complete' | undefined;
  readonly lines?: readonly LineUnits[] | undefined;
  readonly parcels?: readonly Parcel[] | undefined;
  /** Why it is rejected, or why fewer units were picked: saying so is what makes a short pick one. */
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
}

/** What an action needs that is not said with it. */
export interface ActionParts {
  readonly handover: (state: Fulfilment) => Handover;
  /** Parcels where nobody said which; undefined: all in one. */
  readonly parcels?: ((state: Fulfilment) => readonly Parcel[] | undefined) | undefined;
}

/** The decision behind an action; a step that was taken before adds nothing. */
export const decideAction = (
  action: Action,
  id: string,
  at: string,
  input: ActionInput,
  parts: ActionParts,
): work.Decide => {
  const start = input.stage !== 'complete';
  const complete = input.stage !== 'start';
  const steps: work.Decide[] = [];
  const { reason, note } = input;
  switch (action) {
    case 'accept':
      steps.push((state) => work.accept(id, at, state));
      break;
    case 'reject':
      steps.push((state) => work.reject(id, { reason: reason ?? 'NOT_POSSIBLE', note }, at, state));
      break;
    case 'pick': {
      const short = reason === undefined ? undefined : { reason, note };
      if (start) steps.push((state) => work.startPicking(id, at, state));
      if (complete) steps.push((state) => work.completePicking(id, at, state, input.lines, short));
      break;
    }
    case 'pack':
      if (start) steps.push((state) => work.startPacking(id, at, state));
      if (complete) steps.push((state) => work.completePacking(id, at, state, input.parcels ?? parts.parcels?.(state)));
      break;
    case 'label':
      steps.push((state) => {
        const { choice, carrier, trackingNumber, ...booked } = parts.handover(state);
        const named = { carrier: carrier ?? 'unknown', trackingNumber: trackingNumber ?? booked.shipmentId };
        return work.label(id, { ...booked, ...named, ...(choice === undefined ? {} : { choice }) }, state);
      });
      break;
    case 'dispatch':
      steps.push((state) => work.ship(id, parts.handover(state), state));
      break;
    default:
      return action satisfies never;
  }
  return work.inTurn(fulfilment.evolve, ...steps);
};

/** The steps an action begins with, to tell whether it can be done now. */
const firstSteps: Readonly<Record<Exclude<Action, 'reject'>, readonly work.FulfilmentStep[]>> = {
  accept: ['accept'],
  pick: ['startPicking', 'completePicking'],
  pack: ['startPacking', 'completePacking'],
  label: ['label'],
  dispatch: ['ship'],
};

/** Every action with whether it can be done now and, where not, the code that tells why. */
export const possibleActions = (id: string, state: Fulfilment) =>
  actions.map((action) => {
    if (action === 'reject') return rejectable(id, state);
    const reasons = firstSteps[action].map((step) => work.whyNot(step, id, state));
    if (reasons.includes(undefined)) return { action, possible: true };
    const refused = reasons.find((reason) => reason instanceof Refused);
    return { action, possible: false, code: refused?.code ?? 'FULFILMENT_STEP_INVALID' };
  });

const rejectable = (id: string, state: Fulfilment) => {
  try {
    const possible = work.reject(id, { reason: 'NOT_POSSIBLE' }, '', state).length > 0;
    return possible
      ? { action: 'reject', possible }
      : { action: 'reject', possible, code: 'FULFILMENT_REJECTED' as const };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { action: 'reject', possible: false, code: error.code };
  }
};
