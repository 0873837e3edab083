import type { PaymentProvider, ProviderAnswer, ProviderRequest } from './provider.js';

/** Nobody can be asked: a person says how it ended. Looked at again only for the sake of the due date. */
const WAIT_MS = 24 * 3_600_000;

/** Bank transfers and everything else that people do by hand: money is matched or recorded, refunds are settled. */
export class ManualProvider implements PaymentProvider {
  readonly name = 'manual';

  async charge(request: ProviderRequest): Promise<ProviderAnswer> {
    return {
      outcome: 'pending',
      retryAfterMs: WAIT_MS,
      action: { kind: 'bank_transfer', reference: request.id },
      accepted: true,
    };
  }

  async capture(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.refund(request);
  }

  async cancel(): Promise<ProviderAnswer> {
    return { outcome: 'voided', occurredAt: new Date(0).toISOString(), reason: 'NOT_NEEDED' };
  }

  async refund(_request: ProviderRequest): Promise<ProviderAnswer> {
    return { outcome: 'pending', retryAfterMs: WAIT_MS, accepted: true };
  }
}
