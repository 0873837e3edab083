import { Refused } from '@orderloom/contracts';
import type { Clock } from '@orderloom/platform';
import Stripe from 'stripe';
import { orderOfChild } from './payment-callback.js';
import type { FinalAnswer, PaymentProvider, ProviderAnswer, ProviderReport, ProviderRequest } from './provider.js';

/** How Stripe is reached. */
export interface StripeOptions {
  secretKey: string;
  webhookSecret?: string;
  /** another address than Stripe's own, e.g. a stand-in for tests */
  apiUrl?: string;
  /** where the customer goes after paying */
  returnUrl: string;
}

/** How long to wait before asking again; callbacks are usually faster. */
const POLL_MS = 60_000;

/** ISO 4217 has no digits for these, Stripe's API has two (docs.stripe.com/currencies). */
const FACTOR: Readonly<Record<string, number>> = { ISK: 100, UGX: 100 };
const toStripe = (amount: number, currency: string): number => amount * (FACTOR[currency] ?? 1);
const fromStripe = (amount: number, currency: string): number => amount / (FACTOR[currency] ?? 1);

const METHODS: Readonly<Record<string, 'card' | 'alipay' | 'wechat_pay'>> = {
  card: 'card',
  alipay: 'alipay',
  wechat_pay: 'wechat_pay',
};

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

/**
 * Payments by Stripe: a Checkout page per payment, whose PaymentIntent carries our payment id, so that callbacks and
 * later questions find it. https://docs.stripe.com/api
 */
export class StripeProvider implements PaymentProvider {
  readonly name = 'stripe';
  readonly #stripe: Stripe;

  constructor(
    private readonly options: StripeOptions,
    private readonly clock: Clock,
  ) {
    const url = options.apiUrl === undefined ? undefined : new URL(options.apiUrl);
    this.#stripe = new Stripe(options.secretKey, {
      maxNetworkRetries: 2,
      timeout: 20_000,
      telemetry: false,
      ...(url === undefined
        ? {}
        : {
            host: url.hostname,
            port: url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port),
            protocol: url.protocol === 'http:' ? ('http' as const) : ('https' as const),
          }),
    });
  }

  charge(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#ask(async () => {
      const { providerReference } = request;
      if (providerReference === undefined) return this.#begin(request);
      const session = await this.#stripe.checkout.sessions.retrieve(providerReference, { expand: ['payment_intent'] });
      if (session.status === 'expired') {
        return failed('PAYMENT_EXPIRED', 'The payment page expired.', true);
      }
      const intent = session.payment_intent;
      const answer = intent === null || typeof intent === 'string' ? null : this.#answerOf(intent);
      return answer ?? { outcome: 'pending', retryAfterMs: POLL_MS };
    });
  }

  capture(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#ask(async () => {
      const intent = await this.#stripe.paymentIntents.capture(
        request.providerReference ?? '',
        { amount_to_capture: toStripe(request.amount, request.currency), metadata: { captureId: request.id } },
        { idempotencyKey: request.key },
      );
      return {
        outcome: 'succeeded',
        providerReference: intent.id,
        occurredAt: this.clock.now(),
        captureId: request.id,
        amount: request.amount,
      };
    });
  }

  cancel(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#ask(async () => {
      const { providerReference = '' } = request;
      if (providerReference.startsWith('cs_')) await this.#stripe.checkout.sessions.expire(providerReference);
      else if (providerReference !== '') await this.#stripe.paymentIntents.cancel(providerReference);
      return { outcome: 'voided', occurredAt: this.clock.now(), reason: 'NOT_NEEDED' };
    });
  }

  refund(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#ask(async () => {
      const payment = request.providerReference ?? '';
      const refund = (await this.#refundOf(payment, request.id)) ?? (await this.#giveBack(payment, request));
      return (
        refundAnswer(refund) ?? {
          outcome: 'pending',
          retryAfterMs: POLL_MS,
          providerReference: payment,
          accepted: true,
        }
      );
    });
  }

  readCallback(body: string, headers: Readonly<Record<string, string | undefined>>): ProviderReport[] {
    const { webhookSecret } = this.options;
    const signature = headers['stripe-signature'];
    if (webhookSecret === undefined || signature === undefined) {
      throw new Refused('CALLBACK_SIGNATURE_INVALID', { provider: this.name });
    }
    let event: Stripe.Event;
    try {
      event = this.#stripe.webhooks.constructEvent(body, signature, webhookSecret);
    } catch {
      throw new Refused('CALLBACK_SIGNATURE_INVALID', { provider: this.name });
    }
    const report = this.#reportOf(event);
    return report === null ? [] : [report];
  }

  async #begin(request: ProviderRequest): Promise<ProviderAnswer> {
    const { id, orderId, amount, currency, method, authorizeOnly, key } = request;
    const type = METHODS[method];
    if (type === undefined) return failed('PAYMENT_METHOD_UNSUPPORTED', `Stripe does not collect by ${method}.`, false);
    const metadata = { id, orderId };
    const session = await this.#stripe.checkout.sessions.create(
      {
        mode: 'payment',
        client_reference_id: id,
        allowed_payment_method_types: [type],
        ...(type === 'wechat_pay' ? { payment_method_options: { wechat_pay: { client: 'web' as const } } } : {}),
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: currency.toLowerCase(),
              unit_amount: toStripe(amount, currency),
              product_data: { name: id },
            },
          },
        ],
        metadata,
        payment_intent_data: { metadata, capture_method: authorizeOnly === true ? 'manual' : 'automatic' },
        success_url: this.options.returnUrl,
        cancel_url: this.options.returnUrl,
      },
      { idempotencyKey: key },
    );
    return {
      outcome: 'pending',
      retryAfterMs: POLL_MS,
      providerReference: session.id,
      ...(session.url === null ? {} : { action: { kind: 'redirect' as const, url: session.url } }),
      accepted: true,
    };
  }

  /** What the state of a payment means; null: nothing yet. */
  #answerOf(intent: Stripe.PaymentIntent): FinalAnswer | null {
    const done = { providerReference: intent.id, occurredAt: isoOf(intent.created) };
    if (intent.status === 'succeeded') return { outcome: 'succeeded', ...done };
    if (intent.status === 'requires_capture') return { outcome: 'authorized', ...done };
    if (intent.status === 'canceled') {
      return { outcome: 'voided', occurredAt: this.clock.now(), reason: intent.cancellation_reason ?? 'CANCELLED' };
    }
    return null;
  }

  /** A refund of ours that was made already, under whichever key. */
  async #refundOf(payment: string, id: string): Promise<Stripe.Refund | undefined> {
    const { data } = await this.#stripe.refunds.list({ payment_intent: payment, limit: 100 });
    return data.find(
      (refund) => refund.metadata?.['id'] === id && refund.status !== 'failed' && refund.status !== 'canceled',
    );
  }

  #giveBack(payment: string, request: ProviderRequest): Promise<Stripe.Refund> {
    const { id, orderId, amount, currency, key } = request;
    return this.#stripe.refunds.create(
      { payment_intent: payment, amount: toStripe(amount, currency), metadata: { id, orderId } },
      { idempotencyKey: key },
    );
  }

  #reportOf(event: Stripe.Event): ProviderReport | null {
    switch (event.type) {
      case 'payment_intent.succeeded':
        // What we take in parts is answered to the one who asks for it.
        if (event.data.object.capture_method === 'manual') return null;
        return this.#paymentReport(event.id, event.data.object, event.data.object.amount_received);
      case 'payment_intent.amount_capturable_updated':
        return this.#paymentReport(event.id, event.data.object, event.data.object.amount_capturable);
      case 'payment_intent.canceled':
        return this.#paymentReport(event.id, event.data.object, event.data.object.amount);
      case 'checkout.session.expired': {
        const { metadata, amount_total, currency } = event.data.object;
        const answer = failed('PAYMENT_EXPIRED', 'The payment page expired.', true);
        return reportFor(metadata, 'payment', amount_total ?? 0, currency ?? '', answer, event.id);
      }
      case 'refund.created':
      case 'refund.updated':
      case 'refund.failed': {
        const refund = event.data.object;
        const answer = refundAnswer(refund);
        return answer && reportFor(refund.metadata, 'refund', refund.amount, refund.currency, answer, event.id);
      }
      default:
        return null;
    }
  }

  #paymentReport(eventId: string, intent: Stripe.PaymentIntent, amount: number): ProviderReport | null {
    const answer = this.#answerOf(intent);
    return answer && reportFor(intent.metadata, 'payment', amount, intent.currency, answer, eventId);
  }

  /** What Stripe declines is an answer; what it cannot say now is asked again. */
  async #ask(question: () => Promise<ProviderAnswer>): Promise<ProviderAnswer> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof Stripe.errors.StripeCardError) {
        return failed(error.decline_code ?? error.code ?? 'PAYMENT_DECLINED', error.message, false);
      }
      if (error instanceof Stripe.errors.StripeInvalidRequestError) {
        return failed(error.code ?? 'PAYMENT_DECLINED', error.message, false);
      }
      throw error;
    }
  }
}

const failed = (code: string, reason: string, retriable: boolean): FinalAnswer => ({
  outcome: 'failed',
  code,
  reason,
  retriable,
});

const refundAnswer = (refund: Stripe.Refund): FinalAnswer | null => {
  if (refund.status === 'succeeded') {
    return { outcome: 'succeeded', providerReference: refund.id, occurredAt: isoOf(refund.created) };
  }
  if (refund.status === 'failed' || refund.status === 'canceled') {
    return failed('REFUND_DECLINED', refund.failure_reason ?? refund.status, false);
  }
  return null;
};

const reportFor = (
  metadata: Stripe.Metadata | null,
  kind: 'payment' | 'refund',
  amount: number,
  currency: string,
  answer: FinalAnswer,
  eventId: string,
): ProviderReport | null => {
  const id = metadata?.['id'];
  const owner = id === undefined ? null : orderOfChild(id);
  if (id === undefined || owner === null || owner.kind !== kind) return null;
  const code = currency.toUpperCase();
  return { kind, id, orderId: owner.orderId, amount: fromStripe(amount, code), currency: code, answer, eventId };
};
