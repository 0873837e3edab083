import { defineService } from '@orderloom/platform';
import { EventPlumbingModule } from '@orderloom/service';
import { LogisticsModule } from './logistics.module.js';
import { toPublic } from './publish.js';
import { logisticsSettings } from './settings.js';

/** Fulfilment orders, shipments, and the simulated warehouse and carriers. */
export const logisticsService = defineService({
  name: 'logistics',
  settings: logisticsSettings,
  api: { title: 'Logistics', description: 'Fulfilment orders, shipments, carriers, simulation.' },
  module: (settings) => ({
    module: LogisticsModule,
    imports: [EventPlumbingModule.of({ service: 'logistics', settings, toPublic, reads: ['order'] })],
  }),
});
