import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Contact, CustomerQuestion, Locale, Sealed } from '@orderloom/contracts';
import { InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { NoticeFacts, NoticeKind } from '../templates/templates.js';

/** What the service keeps of an order, to be able to speak of it later; of one taken over from the past, that it is one. */
export type OrderCopy = LiveOrder | { _id: string; mode: 'history' };

/** An order whose customer is told about it. */
export interface LiveOrder {
  _id: string;
  mode: 'live';
  number: string;
  customerId?: string;
  contact?: Sealed<Contact>;
  locale: Locale;
  currency: string;
  total: number;
  /** As they are wanted now: none of a line that was taken off. Copies of before parcels were told of name no `lineId`. */
  lines: { lineId?: string; name: string; quantity: number }[];
}

/** A message on its way or sent: the work list of delivery, and what was sent. Scrubbed when its customer is erased. */
export interface MessageDoc {
  _id: string;
  orderId: string;
  kind: NoticeKind;
  /** Tells notices of one kind about one order apart, where there can be several. */
  occasion?: string;
  customerId?: string;
  locale: Locale;
  /** Who gets it, as the order says; absent: whoever the customer's profile names when it is sent. */
  recipient?: Sealed<Contact>;
  facts: Omit<NoticeFacts, 'name' | 'question'>;
  /** A question of the order desk; its words and link are opened when it is sent. */
  asked?: Asked;
  status: 'due' | 'sent' | 'failed' | 'suppressed';
  attempts: number;
  /** Milliseconds since 1970; when the notice was written. */
  writtenAt: number;
  /** Milliseconds since 1970; when the next try is due. */
  dueAt: number;
  /** What was sent to whom, once it was. Sealed like the recipient, so that it goes with the customer's key. */
  content?: Sealed<SentContent>;
}

/** A notice whose order is not known yet: returns come by another way than their orders, and may overtake them. */
export interface EarlyNotice {
  /** The event's id. */
  _id: string;
  orderId: string;
  correlationid: string;
  kind: NoticeKind;
  occasion?: string;
  more: Partial<NoticeFacts>;
}

/** What a customer is asked, as it is kept. */
export interface Asked {
  code: string;
  answers: string[];
  /** Gone once the customer is erased. */
  content?: Sealed<CustomerQuestion>;
}

/** What was sent to whom. */
export interface SentContent {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What of a message tells something of a person. */
const PERSONAL = { content: '', recipient: '', 'asked.content': '' } as const;

/** The collections that notices are made from and delivered by. */
@Injectable()
export class Messages implements OnModuleInit {
  readonly orders: Collection<OrderCopy>;
  readonly messages: Collection<MessageDoc>;
  readonly early: Collection<EarlyNotice>;

  constructor(@InjectConnection() connection: Connection) {
    const db = connection.getClient().db(connection.name);
    this.orders = db.collection<OrderCopy>('orders');
    this.messages = db.collection<MessageDoc>('messages');
    this.early = db.collection<EarlyNotice>('early_notices');
  }

  async onModuleInit(): Promise<void> {
    await this.messages.createIndexes([
      { key: { dueAt: 1 }, partialFilterExpression: { status: 'due' } },
      { key: { customerId: 1 }, sparse: true },
    ]);
    await this.early.createIndexes([{ key: { orderId: 1 } }]);
    await this.orders.createIndexes([{ key: { customerId: 1 }, sparse: true }]);
  }

  /** Forgets everything personal of a customer. Repeating it is harmless. */
  async scrub(customerIds: readonly string[]): Promise<void> {
    const of = { customerId: { $in: [...customerIds] } };
    await this.orders.updateMany(of, { $unset: { contact: '' } });
    await this.messages.updateMany(of, { $unset: PERSONAL });
  }

  /** Forgets everything personal of guests, who are known by their orders. Repeating it is harmless. */
  async scrubOrders(orderIds: readonly string[]): Promise<void> {
    await this.orders.updateMany({ _id: { $in: [...orderIds] } }, { $unset: { contact: '' } });
    await this.messages.updateMany({ orderId: { $in: [...orderIds] } }, { $unset: PERSONAL });
  }
}
