import { defineService } from '@orderloom/platform';
import { orderModule } from './order.module.js';
import { orderSettings } from './settings.js';

/** The order service: intake, life cycle, payment, and the process that moves orders on. */
export const orderService = defineService({
  name: 'order',
  settings: orderSettings,
  module: orderModule,
  api: {
    title: 'Orderloom orders',
    description: 'Place, follow and cancel orders. Amounts are integers in the minor unit of their currency.',
  },
});
