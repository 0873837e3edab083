import type { PaymentAction } from '../order/money-events.js';

/** What a payment provider is asked for. */
export interface ProviderRequest {
  /** our payment, capture or refund id */
  id: string;
  /** the provider's idempotency key: the same as long as the same request is repeated */
  key: string;
  orderId: string;
  /** minor units */
  amount: number;
  currency: string;
  method: string;
  /** how often this request has been made before */
  attempts: number;
  /** what the provider calls the payment it is about */
  providerReference?: string;
  /** gift card or store credit account */
  account?: string;
  /** the money is only to be set aside */
  authorizeOnly?: boolean;
}

/** What a provider answers for good. */
export type FinalAnswer =
  | { outcome: 'succeeded'; providerReference: string; occurredAt: string; captureId?: string; amount?: number }
  | { outcome: 'authorized'; providerReference: string; occurredAt: string; expiresAt?: string }
  | { outcome: 'voided'; occurredAt: string; reason: string }
  | { outcome: 'failed'; code: string; reason: string; retriable: boolean };

/** The request is taken; how it ends is heard later, by callback or by asking again. */
export interface Underway {
  outcome: 'pending';
  retryAfterMs: number;
  /** what the customer has to do */
  action?: PaymentAction;
  providerReference?: string;
  /** the provider says that it has it in hand, not just that it is busy */
  accepted?: boolean;
}

export type ProviderAnswer = FinalAnswer | Underway;

/** What a provider reports of its own accord, signed: an answer to a request we made earlier. */
export interface ProviderReport {
  kind: 'payment' | 'refund' | 'capture';
  /** our payment or refund id */
  id: string;
  /** our capture id, where the report is about one */
  captureId?: string;
  orderId: string;
  amount: number;
  currency: string;
  answer: FinalAnswer;
  /** what makes two deliveries of one report the same */
  eventId: string;
}

/** Collects and returns money. A request repeated with the same id must have one effect. */
export interface PaymentProvider {
  readonly name: string;
  charge(request: ProviderRequest): Promise<ProviderAnswer>;
  /** takes money that was set aside */
  capture(request: ProviderRequest): Promise<ProviderAnswer>;
  /** lets money go that was set aside, or takes back a request nobody has paid */
  cancel(request: ProviderRequest): Promise<ProviderAnswer>;
  refund(request: ProviderRequest): Promise<ProviderAnswer>;
  /**
   * Reads a signed callback; [] when it tells nothing of ours.
   * @throws Refused CALLBACK_SIGNATURE_INVALID
   */
  readCallback?(body: string, headers: Readonly<Record<string, string | undefined>>): ProviderReport[];
}
