import { Refused } from '@orderloom/contracts';
import * as work from './decide.js';
import { type Fulfilment, fulfilment, type Handover, type Parcel } from './fulfilment.js';

/** What people do with a fulfilment order; picking and packing have a start and an end. */
export const actions = ['accept', 'pick', 'pack', 'dispatch'] as const;
export type Action = (typeof actions)[number];

/** What may be said with an action. */
export interface ActionInput {
  /** `start` or `complete` only one half of picking or packing; both when absent. */
  readonly stage?: 'start' | 'complete' | undefined;
  readonly lines?: readonly { readonly lineId: string; readonly quantity: number }[] | undefined;
  readonly parcels?: readonly Parcel[] | undefined;
}

/** The decision behind an action; a step that was taken before adds nothing. */
export const decideAction = (
  action: Action,
  id: string,
  at: string,
  input: ActionInput,
  handover: (state: Fulfilment) => Handover,
): work.Decide => {
  const start = input.stage !== 'complete';
  const complete = input.stage !== 'start';
  const steps: work.Decide[] = [];
  switch (action) {
    case 'accept':
      steps.push((state) => work.accept(id, at, state));
      break;
    case 'pick':
      if (start) steps.push((state) => work.startPicking(id, at, state));
      if (complete) steps.push((state) => work.completePicking(id, at, state, input.lines));
      break;
    case 'pack':
      if (start) steps.push((state) => work.startPacking(id, at, state));
      if (complete) steps.push((state) => work.completePacking(id, at, state, input.parcels));
      break;
    case 'dispatch':
      steps.push((state) => work.ship(id, handover(state), state));
      break;
    default:
      return action satisfies never;
  }
  return work.inTurn(fulfilment.evolve, ...steps);
};

/** The steps an action begins with, to tell whether it can be done now. */
const firstSteps: Readonly<Record<Action, readonly work.FulfilmentStep[]>> = {
  accept: ['accept'],
  pick: ['startPicking', 'completePicking'],
  pack: ['startPacking', 'completePacking'],
  dispatch: ['ship'],
};

/** Every action with whether it can be done now and, where not, the code that tells why. */
export const possibleActions = (id: string, state: Fulfilment) =>
  actions.map((action) => {
    const reasons = firstSteps[action].map((step) => work.whyNot(step, id, state));
    if (reasons.includes(undefined)) return { action, possible: true };
    const refused = reasons.find((reason) => reason instanceof Refused);
    return { action, possible: false, code: refused?.code ?? 'FULFILMENT_STEP_INVALID' };
  });
