import type { FieldProblem } from '@orderloom/contracts';
import { storeCreditId } from '../balance/balance-ids.js';
import type { PaymentPlan } from '../order/money-events.js';
import { DEFAULT_PROVIDER } from '../order/payment-plan.js';
import type { PaymentProviders } from '../payment/providers.js';
import type { OrderRequest } from './order-request.js';

/**
 * Fixes how an order is paid: who collects which part, and that the parts add up to what it costs. Undefined where its
 * terms say all there is to say. Collects every problem into `problems`.
 */
export const planPayment = (
  request: OrderRequest,
  priced: { total: number; currency: string },
  providers: Pick<PaymentProviders, 'nameFor'>,
  problems: FieldProblem[],
): PaymentPlan | undefined => {
  const { payment, paymentTerms, customerId } = request;
  if (payment === undefined) {
    const provider = providers.nameFor('card');
    if (paymentTerms !== 'prepaid' || provider === DEFAULT_PROVIDER) return undefined;
    const part = { method: 'card', provider, due: 'release' as const };
    return { parts: [part], ask: 'allocated', releaseWhen: 'captured', capture: 'at_once' };
  }
  if (paymentTerms !== 'prepaid') problems.push({ path: 'paymentTerms', code: 'PAYMENT_TERMS_MISMATCH' });
  const fixed = payment.parts.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  const open = payment.parts.filter(({ amount }) => amount === undefined).length;
  const addsUp = open === 0 ? fixed === priced.total : open === 1 && fixed <= priced.total;
  if (!addsUp) {
    problems.push({ path: 'payment.parts', code: 'PAYMENT_PLAN_INVALID', details: { total: priced.total } });
  }
  const parts = payment.parts.map((part, index) => {
    const provider = providers.nameFor(part.method);
    if (part.method !== 'store_credit') return { ...part, provider };
    if (customerId === undefined) {
      problems.push({ path: `payment.parts.${index}.method`, code: 'BALANCE_NOT_ALLOWED' });
      return { ...part, provider };
    }
    return { ...part, provider, account: storeCreditId(customerId, priced.currency) };
  });
  return { ...payment, parts };
};
