import { Refused } from '@orderloom/contracts';
import type { Clock } from '@orderloom/platform';
import { Webhook } from 'standardwebhooks';
import { parseCallback } from './payment-callback.js';
import type { PaymentProvider, ProviderAnswer, ProviderReport, ProviderRequest } from './provider.js';

/**
 * How the simulated provider behaves: it succeeds, declines, is slow, takes a request and declines it later, takes it and
 * tells only by callback how it ended, waits for the customer, cannot be reached, or does what it is asked and loses the
 * answer.
 */
export const SIMULATED_OUTCOMES = [
  'success',
  'fail',
  'delay',
  'late_fail',
  'silent',
  'action',
  'unavailable',
  'lost_answer',
] as const;

/** What it is asked: to collect, to take what was set aside, to let that go, to give back. */
export const SIMULATED_REQUESTS = ['charge', 'capture', 'cancel', 'refund'] as const;
type SimulatedRequest = (typeof SIMULATED_REQUESTS)[number];

/** What an operator sets. */
export interface PaymentSimulation {
  outcome: (typeof SIMULATED_OUTCOMES)[number];
  /** the requests that this is about, everything else succeeds; null: all */
  only: readonly SimulatedRequest[] | null;
  /** how long it keeps a request waiting when the outcome is `delay` or `late_fail` */
  delayMs: number;
  /** so many of the next requests fail, whatever the outcome */
  failNext: number;
  /** why it declines; null: the usual reason */
  code: string | null;
  /** whether what is declined may be asked again */
  retriable: boolean;
}

export const DEFAULT_SIMULATION: PaymentSimulation = {
  outcome: 'success',
  only: null,
  delayMs: 2_000,
  failNext: 0,
  code: null,
  retriable: false,
};

/** Keeps the setting where it survives restarts and is shared by all who run this service. */
export interface SimulationSetting {
  read(): Promise<PaymentSimulation>;
  write(simulation: PaymentSimulation): Promise<void>;
  /** Uses up one of the failures ordered by `failNext`. @returns false when none is left */
  takeFailure(): Promise<boolean>;
}

/** How long money that was set aside can be taken. */
const AUTHORIZED_MS = 7 * 24 * 3_600_000;
/** Nothing to ask for: how it ended is reported by callback. */
const ACTION_MS = 5 * 60_000;

/** A provider that moves no money: for trying things out, for tests and for demonstrations. */
export class SimulatedProvider implements PaymentProvider {
  readonly name = 'simulated';
  readonly #lost = new Set<string>();

  constructor(
    private readonly clock: Clock,
    private readonly setting: SimulationSetting,
    private readonly callbackSecret?: string,
  ) {}

  simulation(): Promise<PaymentSimulation> {
    return this.setting.read();
  }

  set(simulation: PaymentSimulation): Promise<void> {
    return this.setting.write(simulation);
  }

  charge(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#answer(request, 'charge', 'PAYMENT_DECLINED');
  }

  refund(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#answer(request, 'refund', 'REFUND_DECLINED');
  }

  async capture(request: ProviderRequest): Promise<ProviderAnswer> {
    const answer = await this.#answer(request, 'capture', 'PAYMENT_DECLINED');
    return answer.outcome === 'succeeded' ? { ...answer, captureId: request.id, amount: request.amount } : answer;
  }

  async cancel(request: ProviderRequest): Promise<ProviderAnswer> {
    const answer = await this.#answer(request, 'cancel', 'VOID_DECLINED');
    if (answer.outcome === 'pending' || answer.outcome === 'failed') return answer;
    return { outcome: 'voided', occurredAt: this.clock.now(), reason: 'NOT_NEEDED' };
  }

  readCallback(body: string, headers: Readonly<Record<string, string | undefined>>): ProviderReport[] {
    if (this.callbackSecret === undefined) throw new Refused('CALLBACK_SIGNATURE_INVALID', { provider: this.name });
    try {
      new Webhook(this.callbackSecret).verify(body, headers as Record<string, string>, { jsonParse: false });
    } catch {
      throw new Refused('CALLBACK_SIGNATURE_INVALID', { provider: this.name });
    }
    return [parseCallback(JSON.parse(body), this.clock.now())];
  }

  async #answer(request: ProviderRequest, asked: SimulatedRequest, code: string): Promise<ProviderAnswer> {
    const { outcome: set, only, delayMs, failNext, code: why, retriable } = await this.setting.read();
    const isMeant = only === null || only.includes(asked);
    const outcome = isMeant ? set : 'success';
    if (outcome === 'unavailable') throw new Error('The simulated provider was told not to answer.');
    if ((outcome === 'delay' || outcome === 'late_fail') && request.attempts === 0) {
      return { outcome: 'pending', retryAfterMs: delayMs, accepted: true };
    }
    if (outcome === 'silent') return { outcome: 'pending', retryAfterMs: ACTION_MS, accepted: true };
    const fails = outcome === 'fail' || outcome === 'late_fail';
    if (fails || (isMeant && failNext > 0 && (await this.setting.takeFailure()))) {
      const reason = 'The simulated provider was told to decline.';
      return { outcome: 'failed', code: why ?? code, reason, retriable };
    }
    if (outcome === 'action' && asked === 'charge') {
      const url = `https://pay.example/simulated/${request.id}`;
      const kind = request.method === 'wechat_pay' ? 'qr_code' : 'redirect';
      return { outcome: 'pending', retryAfterMs: ACTION_MS, action: { kind, url }, accepted: true };
    }
    if (outcome === 'lost_answer' && !this.#lost.delete(request.id)) {
      this.#lost.add(request.id);
      throw new Error('The simulated provider did what it was asked and lost the answer.');
    }
    // Made of the request's own id, as a provider with idempotency keys would give the same reference again.
    const done = { providerReference: `sim_${request.id}`, occurredAt: this.clock.now() };
    if (request.authorizeOnly !== true) return { outcome: 'succeeded', ...done };
    const expiresAt = new Date(this.clock.millis() + AUTHORIZED_MS).toISOString();
    return { outcome: 'authorized', ...done, expiresAt };
  }
}
