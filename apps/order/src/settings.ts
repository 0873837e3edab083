import { defineSettings, type SettingsOf, setting } from '@orderloom/platform';
import { SIMULATED_OUTCOMES } from './payment/simulated-provider.js';

/** Settings of the order service, beside the common ones. */
export const orderSettings = defineSettings('order', {
  PUBLIC_URL: setting.url({
    schemes: ['http', 'https'],
    default: 'http://127.0.0.1:8080',
    description: 'Where customers reach the platform: links in messages to them begin with it.',
  }),
  REVIEW_PLAN: setting.text({
    default: '0 3 * * *',
    description: 'When every open order is looked at again: a cron expression in UTC, or `off`.',
    pattern: /^(off|\S+( \S+){4,5})$/,
    hint: 'a cron expression, or `off`',
  }),
  PAYMENT_PROVIDER: setting.oneOf(['simulated', 'stripe', 'manual'], {
    default: 'simulated',
    description:
      'Who collects what is paid online (card, Alipay, WeChat Pay). `simulated` moves no money; `manual` leaves it to people.',
  }),
  PAYMENT_SIMULATION: setting.oneOf(SIMULATED_OUTCOMES, {
    default: 'success',
    description:
      'How the simulated payment provider answers until an operator changes it by PUT /api/simulation/payments.',
  }),
  AMENDMENT_POLICY: setting.text({
    default: '{}',
    hint: 'JSON',
    description:
      'Who has to agree to which changes of orders: what differs from the defaults in docs/changing-orders.md, as JSON.',
  }),
  UNPAID_ORDERS: setting.oneOf(['expire', 'keep'], {
    default: 'expire',
    description:
      'What becomes of orders paid in advance whose payment does not come: they expire, or wait for a person.',
  }),
  UNPAID_GRACE_HOURS: setting.number({
    default: 24,
    min: 0,
    max: 10_000,
    description: 'How long an order is kept after its payment was due. Hours.',
  }),
  PAYMENT_CALLBACK_SECRET: setting.text({
    optional: true,
    secret: true,
    description:
      'Secret of signed callbacks of the simulated provider (Standard Webhooks, base64). Unset: none are taken.',
  }),
  PAYMENT_RETURN_URL: setting.url({
    default: 'http://127.0.0.1:8080/',
    schemes: ['http', 'https'],
    description: "Where the customer goes after the provider's payment page.",
  }),
  STRIPE_SECRET_KEY: setting.text({ optional: true, secret: true, description: 'Secret key of the Stripe account.' }),
  STRIPE_WEBHOOK_SECRET: setting.text({
    optional: true,
    secret: true,
    description: 'Signing secret of the Stripe endpoint `/api/payments/callbacks/stripe`.',
  }),
  STRIPE_API_URL: setting.url({
    optional: true,
    schemes: ['http', 'https'],
    description: "Another address than Stripe's own, e.g. a stand-in for tests.",
  }),
  REFUND_AUTOMATIC_UP_TO: setting.integer({
    optional: true,
    min: 0,
    description: 'Refunds above this many minor units wait for approval. Unset: none does.',
  }),
  INVOICE_ISSUE: setting.oneOf(['on_demand', 'completed'], {
    default: 'on_demand',
    description:
      'When invoices get their numbers: when somebody asks for one, or by themselves once an order is complete.',
  }),
  INVOICE_SERIES: setting.text({
    default: 'INV',
    pattern: /^[A-Za-z0-9]{1,20}$/,
    hint: 'letters and digits',
    description: 'Begins the numbers of invoices; the year and a number without gaps follow.',
  }),
  CREDIT_NOTE_SERIES: setting.text({
    default: 'CN',
    pattern: /^[A-Za-z0-9]{1,20}$/,
    hint: 'letters and digits',
    description: 'The same for credit notes.',
  }),
  INVOICE_SELLER: setting.text({
    default: 'Seller',
    description: 'Who sells, as printed on invoices: name, address and tax number, lines separated by `|`.',
  }),
});

export type OrderSettings = SettingsOf<typeof orderSettings>;
