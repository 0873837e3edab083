/** What a payment provider is asked for. `id` is our payment or refund id: the provider's idempotency key. */
export interface ProviderRequest {
  id: string;
  orderId: string;
  /** minor units */
  amount: number;
  currency: string;
  method: string;
  /** how often this request has been made before */
  attempts: number;
}

/** What a provider answers. PENDING asks to be asked again later. */
export type ProviderAnswer =
  | { outcome: 'succeeded'; providerReference: string; occurredAt: string }
  | { outcome: 'failed'; code: string; reason: string; retriable: boolean }
  | { outcome: 'pending'; retryAfterMs: number };

/** Collects and returns money. A request repeated with the same id must have one effect. */
export interface PaymentProvider {
  readonly name: string;
  charge(request: ProviderRequest): Promise<ProviderAnswer>;
  refund(request: ProviderRequest): Promise<ProviderAnswer>;
}
