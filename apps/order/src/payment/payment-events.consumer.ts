import { Injectable } from '@nestjs/common';
import { OrderCompletedV1, topicOf } from '@orderloom/contracts';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Invoices } from '../invoice/invoices.js';
import { PaymentWorker } from './payment-worker.js';
import { TASK_TYPES } from './task-of.js';

/** Events after which an order may need a paper. */
const PAPER_TYPES: readonly string[] = [
  OrderCompletedV1.type,
  ...TASK_TYPES.filter((type) => type.includes('.Refund')),
];

/** Takes on what this service's own events ask for, from its topic, one group for all of it. */
@Injectable()
export class PaymentEvents {
  constructor(
    private readonly worker: PaymentWorker,
    private readonly invoices: Invoices,
  ) {}

  @OnEvents({ group: 'order.payments', topics: [topicOf.order], types: [...TASK_TYPES, OrderCompletedV1.type] })
  async take(events: readonly ReceivedEvent[]): Promise<void> {
    await this.worker.take(events.filter((event) => event.type !== OrderCompletedV1.type));
    if (!this.invoices.automatic) return;
    const ended = events.filter((event) => PAPER_TYPES.includes(event.type));
    if (ended.length > 0) await this.invoices.issueFor(ended.map(({ subject }) => subject.slice('order-'.length)));
  }
}
