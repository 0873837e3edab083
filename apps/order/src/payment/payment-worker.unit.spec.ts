import { Clock } from '@orderloom/platform';
import { allocate } from '../order/decide-allocate.js';
import { cancel } from '../order/decide-cancel.js';
import { submit } from '../order/decide-submit.js';
import { draft, fold, LATER, ORDER_ID, sourced } from '../order/order.fixtures.js';
import { initial } from '../order/order.js';
import { answerCommand } from './answer-command.js';
import { DEFAULT_SIMULATION, type PaymentSimulation, SimulatedProvider } from './simulated-provider.js';

class StoppedClock extends Clock {
  override millis(): number {
    return Date.parse(LATER);
  }
}

const request = {
  id: `${ORDER_ID}-P1`,
  key: 'k',
  orderId: ORDER_ID,
  amount: 4400,
  currency: 'EUR',
  method: 'card',
  attempts: 0,
};
const placed = fold(submit({ draft: draft({ paymentTerms: 'prepaid' }), checks: [] }, initial()));
const awaiting = fold(allocate(sourced(placed, 'D1'), placed), placed);
const task = { kind: 'payment' as const, id: request.id, amount: 4400, currency: 'EUR' };

const simulated = (change: Partial<PaymentSimulation> = {}): SimulatedProvider => {
  let setting = { ...DEFAULT_SIMULATION, ...change };
  return new SimulatedProvider(new StoppedClock(), {
    read: async () => setting,
    write: async (next) => {
      setting = next;
    },
    takeFailure: async () => {
      if (setting.failNext === 0) return false;
      setting = { ...setting, failNext: setting.failNext - 1 };
      return true;
    },
  });
};

describe('the simulated provider', () => {
  it('answers the same request with the same reference', async () => {
    const provider = simulated();
    const first = await provider.charge(request);
    expect(first).toMatchObject({ outcome: 'succeeded', providerReference: `sim_${request.id}`, occurredAt: LATER });
    expect(await provider.charge(request)).toEqual(first);
  });

  it('fails only in what it is told to', async () => {
    const provider = simulated({ outcome: 'fail', only: ['refund', 'cancel'] });
    expect(await provider.charge(request)).toMatchObject({ outcome: 'succeeded' });
    expect(await provider.refund(request)).toMatchObject({ outcome: 'failed', code: 'REFUND_DECLINED' });
    expect(await provider.cancel(request)).toMatchObject({ outcome: 'failed', code: 'VOID_DECLINED' });
    const away = simulated({ outcome: 'unavailable', only: ['capture'] });
    await expect(away.capture(request)).rejects.toThrow('told not to answer');
    expect(await away.cancel(request)).toMatchObject({ outcome: 'voided' });
    // Failures that are ordered one by one are not used up by what is not meant.
    const next = simulated({ failNext: 1, only: ['refund'] });
    expect(await next.charge(request)).toMatchObject({ outcome: 'succeeded' });
    expect(await next.refund(request)).toMatchObject({ outcome: 'failed' });
  });

  it('declines late what it had taken, or leaves the end to a callback', async () => {
    const late = simulated({ outcome: 'late_fail', delayMs: 500 });
    expect(await late.refund(request)).toEqual({ outcome: 'pending', retryAfterMs: 500, accepted: true });
    expect(await late.refund({ ...request, attempts: 1 })).toMatchObject({ outcome: 'failed' });
    const silent = simulated({ outcome: 'silent' });
    for (const attempts of [0, 1, 5]) {
      expect(await silent.charge({ ...request, attempts })).toMatchObject({ outcome: 'pending', accepted: true });
    }
  });

  it('keeps a request waiting once, and fails as often as it is told to', async () => {
    const provider = simulated({ outcome: 'delay', delayMs: 500, failNext: 1 });
    expect(await provider.charge(request)).toEqual({
      outcome: 'pending',
      retryAfterMs: 500,
      accepted: true,
    });
    expect(await provider.charge({ ...request, attempts: 1 })).toMatchObject({ outcome: 'failed' });
    expect(await provider.refund({ ...request, attempts: 1 })).toMatchObject({ outcome: 'succeeded' });
  });
});

describe("a provider's answer", () => {
  const succeeded = { outcome: 'succeeded' as const, providerReference: 'r', occurredAt: LATER };
  it('releases the order that waited for it', () => {
    expect(answerCommand(task, succeeded, awaiting, LATER).map((event) => event.type)).toEqual([
      'PaymentCaptured',
      'FulfilmentReleased',
    ]);
  });

  it('goes back when the order was cancelled meanwhile', () => {
    const cancelled = fold(cancel({ reason: 'R', now: LATER }, awaiting), awaiting);
    const events = answerCommand(task, succeeded, cancelled, LATER);
    expect(events.map((event) => event.type)).toEqual(['PaymentCaptured', 'RefundRequested']);
    const refund = { ...task, kind: 'refund' as const, id: `${ORDER_ID}-R1` };
    const waiting = fold(events, cancelled);
    expect(answerCommand(refund, succeeded, waiting, LATER)).toMatchObject([{ type: 'RefundSucceeded' }]);
    const declined = { outcome: 'failed' as const, code: 'REFUND_DECLINED', reason: 'x', retriable: false };
    expect(answerCommand(refund, declined, waiting, LATER)).toMatchObject([
      { type: 'RefundFailed', data: { attempt: 1 } },
    ]);
  });

  it('is asked for again by itself where that may help', () => {
    const outage = { outcome: 'failed' as const, code: 'PAYMENT_PROVIDER_UNAVAILABLE', reason: 'x', retriable: true };
    expect(answerCommand(task, outage, awaiting, LATER)).toMatchObject([
      { type: 'PaymentFailed', data: { final: false } },
      { type: 'PaymentRequested', data: { attempt: 2, paymentId: `${ORDER_ID}-P2` } },
    ]);
  });
});
