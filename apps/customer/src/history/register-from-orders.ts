import { Injectable } from '@nestjs/common';
import { type OrderEventData, OrderSubmittedV1 } from '@orderloom/contracts';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { noticeFromOrder } from '../customer/customer.js';
import { Customers } from '../customer/repository.js';

/** Registers customers that orders name and nobody has entered. */
@Injectable()
export class RegisterFromOrders {
  constructor(
    private readonly customers: Customers,
    private readonly clock: Clock,
  ) {}

  @OnEvents({ group: 'customer.from-orders', topics: ['orders.v1'], types: [OrderSubmittedV1.type] })
  async register(events: readonly ReceivedEvent[]): Promise<void> {
    const first = new Map<string, { event: ReceivedEvent; data: OrderEventData['OrderSubmitted'] }>();
    for (const event of events) {
      const data = event.data as OrderEventData['OrderSubmitted'];
      if (data.customerId !== undefined && !first.has(data.customerId)) first.set(data.customerId, { event, data });
    }
    const settled = await this.customers.handleMany(
      [...first].map(([customerId, { event, data }]) => ({
        id: customerId,
        decide: noticeFromOrder({
          customerId,
          country: data.shipTo.country,
          locale: data.locale,
          // Sealed under the customer's own key, and a contact is a part of a profile: it can be taken as it is.
          ...(data.customer === undefined ? {} : { profile: data.customer }),
          origin: { orderId: data.orderId },
        }),
        context: {
          actor: 'customer',
          correlationId: event.correlationid,
          causationId: event.id,
          handler: 'from-orders',
          now: this.clock.now(),
        },
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}
