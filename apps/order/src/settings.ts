import { defineSettings, type SettingsOf, setting } from '@orderloom/platform';

/** Settings of the order service, beside the common ones. */
export const orderSettings = defineSettings('order', {
  PAYMENT_SIMULATION: setting.oneOf(['success', 'fail', 'delay'], {
    default: 'success',
    description:
      'How the simulated payment provider answers until an operator changes it by PUT /api/simulation/payments.',
  }),
});

export type OrderSettings = SettingsOf<typeof orderSettings>;
