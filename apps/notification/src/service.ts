import { Module } from '@nestjs/common';
import { defineService, defineSettings, setting } from '@orderloom/platform';
import { EventPlumbingModule } from '@orderloom/service';
import { Addressees } from './delivery/addressees.js';
import { Delivery } from './delivery/delivery.js';
import { Keeping } from './delivery/keeping.js';
import { keepingTransport, smtpTransport, TRANSPORT } from './delivery/transport.js';
import { Customers } from './notices/customers.js';
import { ErasedOrders } from './notices/erased-orders.js';
import { Messages } from './notices/messages.js';
import { WriteNotices } from './notices/write-notices.js';
import { Notifications } from './notification/repository.js';
import { NotificationsController } from './views/notifications.controller.js';

@Module({
  controllers: [NotificationsController],
  providers: [Messages, Customers, Notifications, Addressees, Delivery, Keeping, WriteNotices, ErasedOrders],
})
class NotificationModule {}

/** One notice per (order, kind, recipient), by e-mail. */
export const notificationService = defineService({
  name: 'notification',
  settings: defineSettings('notification', {
    SMTP_URL: setting.url({
      optional: true,
      schemes: ['smtp', 'smtps'],
      secret: true,
      description:
        'Mail server, e.g. `smtp://user:password@mail.example.org:587`. Unset: messages are kept and shown under `/api/notifications`, and not sent.',
    }),
    SMTP_FROM: setting.text({
      default: 'Orderloom <orders@localhost>',
      description: 'Sender of notices.',
    }),
  }),
  api: { title: 'Notifications', description: 'Notices to customers and what became of them.' },
  module: (settings) => ({
    module: NotificationModule,
    imports: [EventPlumbingModule.of({ service: 'notification', settings, reads: ['order', 'customer'] })],
    providers: [
      {
        provide: TRANSPORT,
        useFactory: () =>
          settings.SMTP_URL === undefined ? keepingTransport : smtpTransport(settings.SMTP_URL, settings.SMTP_FROM),
      },
    ],
  }),
});
