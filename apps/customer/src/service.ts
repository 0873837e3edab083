import { Module } from '@nestjs/common';
import { defineService, defineSettings, importsModule } from '@orderloom/platform';
import { EventPlumbingModule } from '@orderloom/service';
import { Customers } from './customer/repository.js';
import { EraseCustomer } from './erasure/erase-customer.js';
import { OrderHistory } from './history/orders.projection.js';
import { RegisterFromOrders } from './history/register-from-orders.js';
import { customerImport } from './import/customer-import.js';
import { CustomersController } from './profiles/customers.controller.js';
import { SaveProfiles } from './profiles/save-profiles.js';

@Module({ providers: [Customers, SaveProfiles], exports: [Customers, SaveProfiles] })
class ProfilesModule {}

@Module({
  imports: [
    ProfilesModule,
    importsModule({
      imports: [ProfilesModule],
      inject: [SaveProfiles],
      useFactory: (profiles: SaveProfiles) => [customerImport(profiles)],
    }),
  ],
  controllers: [CustomersController],
  providers: [OrderHistory, RegisterFromOrders, EraseCustomer],
})
class CustomerModule {}

/** Who the customers are, and what they have ordered. */
export const customerService = defineService({
  name: 'customer',
  settings: defineSettings('customer', {}),
  api: { title: 'Customers', description: 'Profiles, order history, erasure.' },
  module: (settings) => ({
    module: CustomerModule,
    imports: [EventPlumbingModule.of({ service: 'customer', settings, reads: ['order'] })],
  }),
});
