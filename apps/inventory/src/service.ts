import { defineService, defineSettings } from '@orderloom/platform';
import { EventPlumbingModule } from '@orderloom/service';
import { InventoryModule } from './inventory.module.js';
import { toPublic } from './publish.js';

/** The catalogue, the stock ledger, and which stock serves which order. */
export const inventoryService = defineService({
  name: 'inventory',
  settings: defineSettings('inventory', {}),
  api: { title: 'Inventory', description: 'Products, stock, reservations, sourcing, suppliers.' },
  module: (settings) => ({
    module: InventoryModule,
    imports: [EventPlumbingModule.of({ service: 'inventory', settings, toPublic, reads: ['order', 'logistics'] })],
  }),
});
