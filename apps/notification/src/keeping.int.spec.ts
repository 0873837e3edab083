// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { jest } from '@jest/globals';
import {
  CustomerRegisteredV1,
  OrderCompletedV1,
  OrderConfirmedV1,
  OrderSubmittedV1,
  topicOf,
} from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { Vault } from '@orderloom/platform';
import { eventually } from '@orderloom/testing';
import { type Fact, ServiceHarness, TestClock } from '@orderloom/testing/service-harness';
import { Delivery } from './delivery/delivery.js';
import { Messages } from './notices/messages.js';
import { queue } from './notification/notification.js';
import { Notifications } from './notification/repository.js';
import { notificationService } from './service.js';

jest.setTimeout(60_000);

const AT = '2026-03-01T10:00:00.000Z';
const clock = new TestClock();
let harness: ServiceHarness;

beforeAll(async () => {
  harness = await ServiceHarness.start(notificationService, {}, { clock });
}, 90_000);
afterAll(() => harness?.close(), 30_000);

const submitted = (orderId: string, more: object): Fact => ({
  definition: OrderSubmittedV1,
  subject: `order-${orderId}`,
  data: {
    orderId,
    number: `N-${orderId}`,
    channel: 'web',
    mode: 'live',
    locale: 'en',
    shipTo: { country: 'PL' },
    currency: 'USD',
    lines: [],
    totals: { gross: 1000, discount: 0, net: 1000, shipping: 0, total: 1000 },
    paymentTerms: 'invoice',
    occurredAt: AT,
    ...more,
  },
});
const fact = (orderId: string, definition: Fact['definition'], data: object): Fact => ({
  definition,
  subject: `order-${orderId}`,
  data,
});
const confirmed = (orderId: string) => fact(orderId, OrderConfirmedV1, { checks: [], occurredAt: AT });
const contact = (orderId: string, email: string) =>
  harness.service.app.get(Vault).seal(`order:${orderId}`, { name: 'Ola', email });
const noticesOf = async (orderId: string) => (await harness.get(`/api/notifications?orderId=${orderId}`)).body.items;
const untilNotice = (orderId: string, expected: object) =>
  eventually(async () => expect(await noticesOf(orderId)).toMatchObject([expected]), {
    message: `the notice of ${orderId} is ${JSON.stringify(expected)}`,
  });
const recorded = async () =>
  (await harness.onTopic(topicOf.notification)).map(({ subject, sequence, type }) => ({ subject, sequence, type }));

describe('without a mail server', () => {
  it('a notice is queued and kept in one go, however often the event comes', async () => {
    const customer = await contact('one', 'one@ok.example');
    const all = await harness.publish(submitted('one', { customer }), confirmed('one'));
    await untilNotice('one', { status: 'sent', to: 'one@ok.example', subject: 'Your order N-one is confirmed' });
    await harness.send(all);
    await harness.publish(fact('one', OrderCompletedV1, { occurredAt: AT }));
    await eventually(async () => expect(await noticesOf('one')).toHaveLength(2));
    await harness.settled();
    const events = await recorded();
    expect(events.map(({ sequence, type }) => `${sequence} ${type.split('.').at(-2)}`).sort()).toEqual([
      '0 NotificationQueued',
      '0 NotificationQueued',
      '1 NotificationSent',
      '1 NotificationSent',
    ]);
    const docs = await harness.service.app.get(Messages).messages.find({ orderId: 'one' }).toArray();
    expect(docs.map(({ status }) => status)).toEqual(['sent', 'sent']);
    expect(JSON.stringify(docs)).not.toContain('ok.example');
  });

  it('a notice that an earlier process only queued is completed by the repeat', async () => {
    const customer = await contact('half', 'half@ok.example');
    const notifications = harness.service.app.get(Notifications);
    const { messages } = harness.service.app.get(Messages);
    const id = deterministicId('notification', 'half', 'confirmed', deterministicId('recipient', 'order:half'));
    const notice = { notificationId: id, orderId: 'half', kind: 'confirmed', channel: 'email' as const };
    await notifications.handle(id, queue({ ...notice, recipientKey: 'r', locale: 'en' }), {
      actor: 'test',
      correlationId: 'c',
      now: AT,
    });
    await untilNotice('half', { status: 'queued' });
    await harness.publish(submitted('half', { customer }), confirmed('half'));
    await untilNotice('half', { status: 'sent', to: 'half@ok.example' });
    expect(await messages.findOne({ _id: id })).toMatchObject({ status: 'sent' });
    expect((await notifications.history(id)).map(({ type }) => type)).toEqual([
      'NotificationQueued',
      'NotificationSent',
    ]);
  });

  it('a notice whose customer is not known yet waits on the list', async () => {
    await harness.publish(submitted('wait', { customerId: 'C' }), confirmed('wait'));
    await untilNotice('wait', { status: 'queued' });
    await harness.publish({
      definition: CustomerRegisteredV1,
      subject: 'customer-C',
      data: {
        customerId: 'C',
        profile: await harness.service.app.get(Vault).seal('customer:C', { email: 'c@ok.example' }),
      },
    });
    await harness.settled();
    clock.advance(5_000);
    harness.service.app.get(Delivery).wake();
    await untilNotice('wait', { status: 'sent', to: 'c@ok.example' });
  });

  it('nobody to reach is recorded at once', async () => {
    const customer = await harness.service.app.get(Vault).seal('order:mute', { name: 'Ola' });
    await harness.publish(submitted('mute', { customer }), confirmed('mute'));
    await untilNotice('mute', { status: 'suppressed', code: 'RECIPIENT_MISSING' });
  });
});
