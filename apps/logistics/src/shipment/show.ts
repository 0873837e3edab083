import type { Locale } from '@orderloom/contracts';
import { type PossibleAction, possibleAction } from '@orderloom/service';
import type { Snapshot } from '../data/reference.js';
import { fileClaim } from './claims.js';
import { deliver, returned, returning } from './decide.js';
import { act, raise } from './exceptions.js';
import type { Shipment } from './shipment.js';

/** What readers see of a shipment when a command answers. */
export const showShipment = (state: Shipment): unknown =>
  state.facts
    ? {
        ...state.facts,
        status: state.status,
        promisedAt: state.promisedAt ?? null,
        attempts: state.attempts,
        exceptions: state.exceptions,
        claims: state.claims,
        resent: state.resent,
        overdue: state.overdue,
      }
    : null;

/** What can be done with a shipment now, asked of the deciders; for each open problem the steps of its playbook. */
export const possibleShipmentActions = (
  id: string,
  state: Shipment,
  at: string,
  locale: Locale,
  data: Pick<Snapshot, 'playbook'>,
): (PossibleAction & { exceptionId?: string; what?: string })[] => {
  const steps = state.exceptions
    .filter(({ closedAt }) => closedAt === null)
    .flatMap((exception) => {
      const { steps: known } = data.playbook(exception.kind).value;
      return exception.actions.map((action) => {
        const text = known.find((step) => step.action === action);
        const command = {
          exceptionId: exception.exceptionId,
          action,
          at,
          ...(action === 'REDELIVER' ? { date: at } : {}),
        };
        return {
          ...possibleAction(action, locale, () => act(id, command, state)),
          exceptionId: exception.exceptionId,
          ...(text === undefined ? {} : { what: locale === 'zh-CN' ? text.zh : text.en }),
        };
      });
    });
  return [
    possibleAction('deliver', locale, () => deliver(id, at, state)),
    possibleAction('raiseException', locale, () =>
      raise(id, { kind: 'CARRIER_PROBLEM', at, playbook: data.playbook('CARRIER_PROBLEM') }, state),
    ),
    possibleAction('sendBack', locale, () => returning(id, 'REQUESTED', at, state)),
    possibleAction('takeBack', locale, () => returned(id, at, state)),
    possibleAction('claim', locale, () => fileClaim(id, { amount: 1, currency: 'EUR', answerDays: 1, at }, state)),
    ...steps,
  ];
};
