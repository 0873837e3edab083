import { SystemClock } from '@orderloom/platform';
import type { ProviderRequest } from './provider.js';
import { StripeProvider } from './stripe-provider.js';
import { StripeMockFront, StripeStandIn } from './stripe-stand-in.fixtures.js';

/**
 * What is asked of Stripe, against our stand-in and, with STRIPE_MOCK_URL (`npm run test:contract:stripe`), against
 * Stripe's own, which refuses whatever its API description does not allow.
 */
const mock = process.env['STRIPE_MOCK_URL'];

describe(`requests to ${mock === undefined ? 'the stand-in of Stripe' : 'stripe-mock'}`, () => {
  const server = mock === undefined ? new StripeStandIn() : new StripeMockFront(mock);
  let stripe: StripeProvider;
  beforeAll(async () => {
    const apiUrl = await server.listen();
    const returnUrl = 'https://shop.example/thanks';
    stripe = new StripeProvider({ secretKey: 'sk_test_1', apiUrl, returnUrl }, new SystemClock());
  });
  afterAll(() => server.close());

  const request = (change: Partial<ProviderRequest> = {}): ProviderRequest => ({
    id: 'o1-P1',
    key: `key-${Math.random()}`,
    orderId: 'o1',
    amount: 2000,
    currency: 'EUR',
    method: 'card',
    attempts: 0,
    ...change,
  });

  it.each([
    ['card', 'EUR', false],
    ['card', 'USD', true],
    ['card', 'JPY', false],
    ['card', 'ISK', false],
    ['alipay', 'CNY', false],
    ['wechat_pay', 'CNY', false],
  ])('opens a page for %s in %s, set aside only: %s', async (method, currency, authorizeOnly) => {
    expect(await stripe.charge(request({ method, currency, authorizeOnly }))).toMatchObject({
      outcome: 'pending',
      providerReference: expect.stringMatching(/^cs_/),
      action: { kind: 'redirect', url: expect.stringMatching(/^https:/) },
      accepted: true,
    });
  });

  it('collects nothing by a method that Stripe has not', async () => {
    expect(await stripe.charge(request({ method: 'bank_transfer' }))).toMatchObject({
      outcome: 'failed',
      code: 'PAYMENT_METHOD_UNSUPPORTED',
    });
  });

  it('says what Stripe refuses', async () => {
    expect(await stripe.charge(request({ amount: 1.5 }))).toMatchObject({ outcome: 'failed', retriable: false });
    expect(await stripe.refund(request({ amount: 1.5, providerReference: 'pi_1' }))).toMatchObject({
      outcome: 'failed',
    });
  });

  it('asks how a page stands', async () => {
    expect((await stripe.charge(request({ providerReference: 'cs_1' }))).outcome).not.toBe('failed');
  });

  it('takes a part of what was set aside', async () => {
    expect(await stripe.capture(request({ id: 'o1-C1', amount: 500, providerReference: 'pi_1' }))).toMatchObject({
      outcome: 'succeeded',
      captureId: 'o1-C1',
      amount: 500,
    });
  });

  it('takes a page back, and lets go what was set aside', async () => {
    for (const providerReference of ['cs_1', 'pi_1']) {
      expect(await stripe.cancel(request({ providerReference }))).toMatchObject({ outcome: 'voided' });
    }
  });

  it('gives money back', async () => {
    const answer = await stripe.refund(request({ id: 'o1-R1', amount: 700, providerReference: 'pi_1' }));
    expect(['succeeded', 'pending']).toContain(answer.outcome);
  });
});
