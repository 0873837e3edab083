import { isSealed, Refused, type ShipmentEvent } from '@orderloom/contracts';
import type { PlaybookData } from '../data/kinds.js';
import { bare, type ReservedUnits } from '../fulfilment/units.js';
import { changePromise, expected, factsOf, isOver, returning, type ScanFacts, tracking } from './decide.js';
import type { ExceptionAction, ExceptionKind, Shipment, ShipmentException } from './shipment.js';

/** The playbook in force for a kind, with its version. */
export interface Playbook {
  readonly version: number;
  readonly value: PlaybookData;
}

/** Something that went wrong. */
export interface Raise {
  readonly kind: ExceptionKind;
  readonly note?: string | undefined;
  readonly at: string;
  readonly playbook: Playbook;
  readonly scan?: ScanFacts | undefined;
}

/**
 * Records what went wrong together with what the playbook proposes and until when. While one of a kind is open, the
 * same again tells nothing new. Damage may show after delivery; nothing else does.
 * @throws Refused SHIPMENT_NOT_FOUND
 */
export const raise = (id: string, command: Raise, state: Shipment): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  const { kind, note, at, playbook, scan } = command;
  if (state.exceptions.some((one) => one.kind === kind && one.closedAt === null)) return [];
  if (isOver(state) && !(kind === 'DAMAGED' && state.status === 'DELIVERED')) return [];
  const lost: ShipmentEvent[] =
    kind === 'LOST' && state.status !== 'LOST'
      ? [{ type: 'ShipmentLost', data: { shipmentId: id, orderId: facts.orderId, occurredAt: at } }]
      : [];
  const { owner, dueHours, steps } = playbook.value;
  return [
    ...lost,
    {
      type: 'ShipmentExceptionRaised',
      data: {
        ...tracking(facts, at, scan),
        exceptionId: `${id}/E${state.exceptions.length + 1}`,
        kind,
        ...(note === undefined ? {} : { note }),
        owner,
        dueAt: new Date(Date.parse(at) + dueHours * 3_600_000).toISOString(),
        playbook: { kind, version: playbook.version },
        actions: steps.map(({ action }) => action),
      },
    },
  ];
};

/** A step of a playbook that a person carries out. */
export interface Act {
  readonly exceptionId: string;
  readonly action: ExceptionAction;
  /** For RESEND and REQUEST_REFUND: units per line; all that are still expected when absent. */
  readonly lines?: readonly { readonly lineId: string; readonly quantity: number }[] | undefined;
  /** For REDELIVER: when, ISO 8601 UTC. */
  readonly date?: string | undefined;
  readonly note?: string | undefined;
  readonly at: string;
}

/** After these nothing is left to decide about an exception. A claim against the carrier can still be filed. */
const decisive: readonly ExceptionAction[] = ['REDELIVER', 'RETURN_TO_SENDER', 'RESEND', 'REQUEST_REFUND', 'CLOSE'];

const unitsOf = (state: Shipment, wished: Act['lines']): ReservedUnits[] => {
  const open = expected(state);
  if (!wished) return open;
  const left = new Map<string, number>();
  for (const { lineId, quantity } of wished) left.set(lineId, (left.get(lineId) ?? 0) + quantity);
  const units: ReservedUnits[] = [];
  for (const line of open) {
    const quantity = Math.min(line.quantity, left.get(line.lineId) ?? 0);
    if (quantity <= 0) continue;
    left.set(line.lineId, (left.get(line.lineId) ?? 0) - quantity);
    units.push({ ...bare(line), quantity });
  }
  for (const [lineId, quantity] of left)
    if (quantity > 0) throw new Refused('SHIPMENT_UNITS_EXCEEDED', { lineId, quantity });
  return units;
};

const same = (one: ShipmentException['taken'][number], command: Act): boolean =>
  one.action === command.action &&
  // Kept notes are sealed: that there is one is all that can be compared.
  (one.note === undefined || isSealed(one.note) || one.note === command.note) &&
  (one.note === undefined) === (command.note === undefined) &&
  (one.date ?? '') === (command.date ?? '');

/**
 * Carries out a step of the playbook. What decides the matter closes it. The same step said twice is done once.
 * @throws Refused SHIPMENT_NOT_FOUND, EXCEPTION_NOT_FOUND, EXCEPTION_CLOSED, EXCEPTION_ACTION_UNKNOWN (not in its
 * playbook), REDELIVERY_DATE_MISSING, SHIPMENT_DELIVERED (nothing is left to send again), SHIPMENT_UNITS_EXCEEDED
 */
export const act = (id: string, command: Act, state: Shipment): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  const { exceptionId, action, at, date, note } = command;
  const exception = state.exceptions.find((one) => one.exceptionId === exceptionId);
  if (!exception) throw new Refused('EXCEPTION_NOT_FOUND', { exceptionId });
  if (exception.taken.some((one) => same(one, command))) return [];
  if (exception.closedAt !== null) throw new Refused('EXCEPTION_CLOSED', { exceptionId, outcome: exception.outcome });
  if (!exception.actions.includes(action)) {
    throw new Refused('EXCEPTION_ACTION_UNKNOWN', { action, allowed: exception.actions });
  }
  if (action === 'REDELIVER' && date === undefined) throw new Refused('REDELIVERY_DATE_MISSING', {});
  const about = action === 'RESEND' || action === 'REQUEST_REFUND';
  if (isOver(state) && (action === 'RESEND' || action === 'REDELIVER' || action === 'RETURN_TO_SENDER')) {
    throw new Refused('SHIPMENT_DELIVERED', { shipmentId: id, status: state.status });
  }
  const lines = about ? (isOver(state) ? facts.lines.map(bare) : unitsOf(state, command.lines)) : [];
  const events: ShipmentEvent[] = [
    {
      type: 'ShipmentActionTaken',
      data: {
        shipmentId: id,
        orderId: facts.orderId,
        fulfilmentId: facts.fulfilmentId,
        exceptionId,
        action,
        ...(facts.location === undefined ? {} : { location: facts.location }),
        lines,
        ...(date === undefined ? {} : { date }),
        ...(note === undefined ? {} : { note }),
        occurredAt: at,
      },
    },
  ];
  if (action === 'RETURN_TO_SENDER') events.push(...returning(id, exception.kind, at, state));
  if (action === 'REDELIVER' && date !== undefined)
    events.push(...changePromise(id, date, 'REDELIVERY_AGREED', at, state));
  if (decisive.includes(action)) {
    const outcome = action === 'CLOSE' ? 'CLOSED' : action;
    events.push({
      type: 'ShipmentExceptionClosed',
      data: { shipmentId: id, orderId: facts.orderId, exceptionId, outcome, occurredAt: at },
    });
  }
  return events;
};
