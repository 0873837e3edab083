import { defineSettings, type SettingsOf, setting } from '@orderloom/platform';
import { readSecrets } from './carriers/secrets.js';

const minutes = (fallback: number, description: string) =>
  setting.number({ default: fallback, min: 0, max: 100_000, description: `${description} Minutes of simulated time.` });

const carrierSecrets = {
  ...setting.text({
    optional: true,
    secret: true,
    hint: 'JSON: carrier → name → secret',
    description:
      'Secrets of carriers: `webhook` checks tracking webhooks (`whsec_…`, or the salt of 快递100); the others may stand in bookings as `{{secret.name}}`.',
  }),
  parse: (text: string): string => {
    readSecrets(text);
    return text;
  },
};

/** Settings of the logistics service. */
export const logisticsSettings = defineSettings('logistics', {
  WAREHOUSE_MODE: setting.oneOf(['manual', 'simulated'], {
    default: 'manual',
    description: 'Who accepts, picks, packs and hands over: people through the API, or a simulated warehouse.',
  }),
  CARRIER_MODE: setting.oneOf(['simulated', 'manual'], {
    default: 'simulated',
    description: 'Who moves parcels: simulated carriers, or people through the API.',
  }),
  CARRIER_SECRETS: carrierSecrets,
  DEADLINE_TICK_SECONDS: setting.number({
    default: 20,
    min: 0.05,
    max: 3600,
    description: 'How often deadlines of fulfilments and shipments are looked at. Seconds.',
  }),
  SIMULATION_ACCEPT_MINUTES: minutes(1, 'Until the simulated warehouse takes a fulfilment order on.'),
  SIMULATION_PICK_MINUTES: minutes(20, 'Time to pick a fulfilment order.'),
  SIMULATION_PACK_MINUTES: minutes(10, 'Time to pack it.'),
  SIMULATION_HANDOVER_MINUTES: minutes(5, 'From packed to handed over to the carrier.'),
  SIMULATION_TRANSIT_MIN_MINUTES: minutes(24 * 60, 'Shortest way to a customer.'),
  SIMULATION_TRANSIT_MAX_MINUTES: minutes(3 * 24 * 60, 'Longest way to a customer.'),
});

export type LogisticsSettings = SettingsOf<typeof logisticsSettings>;
