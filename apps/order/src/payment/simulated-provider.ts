import type { Clock } from '@orderloom/platform';
import type { PaymentProvider, ProviderAnswer, ProviderRequest } from './provider.js';

/** How the simulated provider behaves; an operator sets it. */
export interface PaymentSimulation {
  outcome: 'success' | 'fail' | 'delay';
  /** how long it keeps a request waiting when the outcome is `delay` */
  delayMs: number;
  /** so many of the next requests fail, whatever the outcome */
  failNext: number;
}

export const DEFAULT_SIMULATION: PaymentSimulation = { outcome: 'success', delayMs: 2_000, failNext: 0 };

/** A provider that moves no money: for trying things out, for tests and for demonstrations. */
export class SimulatedProvider implements PaymentProvider {
  readonly name = 'simulated';
  #simulation: PaymentSimulation;

  constructor(
    private readonly clock: Clock,
    simulation: PaymentSimulation = DEFAULT_SIMULATION,
  ) {
    this.#simulation = simulation;
  }

  get simulation(): PaymentSimulation {
    return this.#simulation;
  }

  set(simulation: PaymentSimulation): void {
    this.#simulation = simulation;
  }

  async charge(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#answer(request, 'PAYMENT_DECLINED');
  }

  async refund(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#answer(request, 'REFUND_DECLINED');
  }

  #answer(request: ProviderRequest, code: string): ProviderAnswer {
    const { outcome, delayMs, failNext } = this.#simulation;
    if (outcome === 'delay' && request.attempts === 0) return { outcome: 'pending', retryAfterMs: delayMs };
    if (outcome === 'fail' || failNext > 0) {
      if (failNext > 0) this.#simulation = { ...this.#simulation, failNext: failNext - 1 };
      return { outcome: 'failed', code, reason: 'The simulated provider was told to decline.', retriable: false };
    }
    // Made of the request's own id, as a provider with idempotency keys would give the same reference again.
    return { outcome: 'succeeded', providerReference: `sim_${request.id}`, occurredAt: this.clock.now() };
  }
}
