import { defineSettings, type SettingsOf, setting } from '@orderloom/platform';

/** Settings of the order service, beside the common ones. */
export const orderSettings = defineSettings('order', {
  PAYMENT_SIMULATION: setting.oneOf(['success', 'fail', 'delay'], {
    default: 'success',
    description:
      'How the simulated payment provider answers until an operator changes it by PUT /api/simulation/payments.',
  }),
  AMENDMENT_POLICY: setting.text({
    default: '{}',
    hint: 'JSON',
    description:
      'Who has to agree to which changes of orders: what differs from the defaults in docs/order-desk.md, as JSON.',
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
});

export type OrderSettings = SettingsOf<typeof orderSettings>;
