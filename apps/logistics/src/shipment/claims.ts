import { Refused, type ShipmentEvent } from '@orderloom/contracts';
import { factsOf } from './decide.js';
import type { Claim, Shipment } from './shipment.js';

export interface FileClaim {
  readonly exceptionId?: string | undefined;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly note?: string | undefined;
  /** Days in which the carrier answers. */
  readonly answerDays: number;
  readonly at: string;
}

/**
 * Asks the carrier to pay. One claim at a time is open; the same again is no event.
 * @throws Refused SHIPMENT_NOT_FOUND, EXCEPTION_NOT_FOUND, CLAIM_OPEN
 */
export const fileClaim = (id: string, command: FileClaim, state: Shipment): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  const { exceptionId, amount, currency, note, answerDays, at } = command;
  if (exceptionId !== undefined && !state.exceptions.some((one) => one.exceptionId === exceptionId)) {
    throw new Refused('EXCEPTION_NOT_FOUND', { exceptionId });
  }
  const open = state.claims.find(({ outcome }) => outcome === 'OPEN');
  if (open) {
    if (open.amount === amount && open.currency === currency && open.exceptionId === (exceptionId ?? null)) return [];
    throw new Refused('CLAIM_OPEN', { claimId: open.claimId });
  }
  return [
    {
      type: 'CarrierClaimFiled',
      data: {
        shipmentId: id,
        orderId: facts.orderId,
        claimId: `${id}/C${state.claims.length + 1}`,
        ...(exceptionId === undefined ? {} : { exceptionId }),
        carrier: facts.carrier,
        amount,
        currency,
        ...(note === undefined ? {} : { note }),
        dueAt: new Date(Date.parse(at) + answerDays * 86_400_000).toISOString(),
        occurredAt: at,
      },
    },
  ];
};

export interface SettleClaim {
  readonly claimId: string;
  readonly outcome: Exclude<Claim['outcome'], 'OPEN'>;
  /** Paid, minor units; all of it when absent and paid. */
  readonly amount?: number | undefined;
  readonly at: string;
}

/** @throws Refused SHIPMENT_NOT_FOUND, CLAIM_NOT_FOUND, CLAIM_SETTLED (otherwise), CLAIM_AMOUNT_EXCEEDED */
export const settleClaim = (id: string, command: SettleClaim, state: Shipment): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  const claim = state.claims.find(({ claimId }) => claimId === command.claimId);
  if (!claim) throw new Refused('CLAIM_NOT_FOUND', { claimId: command.claimId });
  const { outcome, at } = command;
  const amount = outcome === 'PAID' ? (command.amount ?? claim.amount) : 0;
  if (claim.outcome !== 'OPEN') {
    if (claim.outcome === outcome && claim.paid === amount) return [];
    throw new Refused('CLAIM_SETTLED', { claimId: claim.claimId, outcome: claim.outcome });
  }
  if (amount > claim.amount)
    throw new Refused('CLAIM_AMOUNT_EXCEEDED', { claimId: claim.claimId, amount: claim.amount });
  return [
    {
      type: 'CarrierClaimSettled',
      data: {
        shipmentId: id,
        orderId: facts.orderId,
        claimId: claim.claimId,
        outcome,
        amount,
        currency: claim.currency,
        occurredAt: at,
      },
    },
  ];
};
