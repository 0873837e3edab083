// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import {
  CustomerErasedV1,
  CustomerRegisteredV1,
  LinesCancelledV1,
  LinesShippedV1,
  OrderCancelledV1,
  OrderCompletedV1,
  OrderConfirmedV1,
  OrderPersonalDataErasedV1,
  OrderSubmittedV1,
  PaymentFailedV1,
  ReturnApprovedV1,
  ReturnDeclinedV1,
  ReturnReceivedV1,
  ReturnRequestedV1,
  ReturnResolvedV1,
  topicOf,
} from '@orderloom/contracts';
import { EventStore } from '@orderloom/event-sourcing';
import { Vault } from '@orderloom/platform';
import { eventually } from '@orderloom/testing';
import { type Fact, ServiceHarness, TestClock } from '@orderloom/testing/service-harness';
import { SMTPServer } from 'smtp-server';
import { Delivery } from './delivery/delivery.js';
import { Messages } from './notices/messages.js';
import { MAX_ATTEMPTS } from './notification/notification.js';
import { notificationService } from './service.js';

jest.setTimeout(60_000);

/** A mail server that answers by the recipient's local part, and remembers what it took. */
class Mailbox {
  readonly taken: { to: string; messageId: string; raw: string }[] = [];
  /** Answers 450 to `later@…` while true. */
  busy = true;
  offered = 0;
  readonly #held: (() => void)[] = [];
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo: ({ address }, _session, answer) => {
      this.offered += 1;
      const says = (responseCode: number, message: string) =>
        answer(Object.assign(new Error(message), { responseCode }));
      if (address.startsWith('nobody')) says(550, `no such mailbox ${address}`);
      else if (address.startsWith('later') && this.busy) says(450, `${address} is busy`);
      else answer();
    },
    onData: (stream, session, answer) => {
      let raw = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        raw += chunk;
      });
      stream.on('end', () => {
        const [to] = session.envelope.rcptTo;
        if (to!.address.startsWith('silent') && this.busy) {
          this.#held.push(answer);
          return;
        }
        const unfolded = raw.replace(/\r\n[ \t]+/g, ' ');
        this.taken.push({
          to: to!.address,
          messageId: /^Message-ID: (.*)\r$/im.exec(unfolded)?.[1] ?? '',
          raw: unfolded,
        });
        answer();
      });
    },
  });

  async listen(): Promise<string> {
    this.#server.on('error', () => {}); // clients that hang up
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.server.address() as AddressInfo;
    return `smtp://127.0.0.1:${port}?socketTimeout=700`;
  }

  to(address: string) {
    return this.taken.filter((message) => message.to === address);
  }

  close(): Promise<void> {
    for (const answer of this.#held) answer();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

const clock = new TestClock();
const mail = new Mailbox();
let harness: ServiceHarness;

beforeAll(async () => {
  harness = await ServiceHarness.start(
    notificationService,
    { SMTP_URL: await mail.listen(), SMTP_FROM: 'Orders <orders@shop.example>' },
    { clock },
  );
}, 90_000);
afterAll(async () => {
  await harness?.close();
  await mail.close();
}, 30_000);

const AT = '2026-03-01T10:00:00.000Z';
const NAME = 'Łucja Wiórkiewicz';
const confirmed = (orderId: string): Fact => ({
  definition: OrderConfirmedV1,
  subject: `order-${orderId}`,
  data: { checks: [], occurredAt: AT },
});
const follow = (orderId: string, definition: Fact['definition'], data: object): Fact => ({
  definition,
  subject: `order-${orderId}`,
  data,
});

/** A submitted order with a sealed contact, or with what `more` says instead. */
async function submitted(
  orderId: string,
  email: string | undefined,
  more: Record<string, unknown> = {},
): Promise<Fact> {
  const vault = harness.service.app.get(Vault);
  const key = more['customerId'] === undefined ? `order:${orderId}` : `customer:${more['customerId']}`;
  return {
    definition: OrderSubmittedV1,
    subject: `order-${orderId}`,
    data: {
      orderId,
      number: `N-${orderId}`,
      channel: 'web',
      mode: 'live',
      ...(email === undefined ? {} : { customer: await vault.seal(key, { name: NAME, email }) }),
      locale: 'en',
      shipTo: { country: 'PL' },
      currency: 'USD',
      lines: [
        { lineId: 'L1', sku: 'A', name: 'Chai', quantity: 2, unitPrice: 500, gross: 1000, discount: 0, net: 1000 },
      ],
      totals: { gross: 1000, discount: 0, net: 1000, shipping: 0, total: 1000 },
      paymentTerms: 'invoice',
      occurredAt: AT,
      ...more,
    },
  };
}

async function customer(customerId: string, profile: object | undefined): Promise<Fact> {
  const vault = harness.service.app.get(Vault);
  return {
    definition: CustomerRegisteredV1,
    subject: `customer-${customerId}`,
    data: { customerId, ...(profile ? { profile: await vault.seal(`customer:${customerId}`, profile) } : {}) },
  };
}

const noticesOf = async (orderId: string) => (await harness.get(`/api/notifications?orderId=${orderId}`)).body.items;
const untilNotice = (orderId: string, expected: object) =>
  eventually(async () => expect(await noticesOf(orderId)).toMatchObject([expected]), {
    message: `the notice of ${orderId} is ${JSON.stringify(expected)}`,
  });
/** Moves the clock and has the list looked at. */
const later = (ms: number) => {
  clock.advance(ms);
  harness.service.app.get(Delivery).wake();
};

describe('notices', () => {
  it('are one per order and kind, however often the events come', async () => {
    const all = await harness.publish(
      await submitted('all', 'all@ok.example'),
      confirmed('all'),
      follow('all', PaymentFailedV1, { paymentId: 'p', attempt: 1, code: 'DECLINED', reason: 'no', final: false }),
      follow('all', LinesShippedV1, { carrier: 'DHL', trackingNumber: 'T-1', lines: [], occurredAt: AT }),
      follow('all', LinesShippedV1, { carrier: 'DHL', trackingNumber: 'T-2', lines: [], occurredAt: AT }),
      follow('all', OrderCompletedV1, { occurredAt: AT }),
    );
    await harness.send(all);
    await harness.send(all.slice(2));
    await harness.settled();
    await eventually(() => mail.to('all@ok.example').length === 3, 'three messages are sent');
    await harness.settled();
    const notices = await noticesOf('all');
    expect(notices.map(({ kind, status }: { kind: string; status: string }) => `${kind} ${status}`).sort()).toEqual([
      'confirmed sent',
      'delivered sent',
      'shipped sent',
    ]);
    expect(mail.to('all@ok.example')).toHaveLength(3);
    const shipped = notices.find(({ kind }: { kind: string }) => kind === 'shipped');
    expect(shipped).toMatchObject({ to: 'all@ok.example', subject: 'Your order N-all is on its way', attempts: 0 });
    expect(shipped.text).toContain('T-1');
    expect(shipped.text).toContain(`Dear ${NAME},`);
    expect(shipped).not.toHaveProperty('_sequence');
  });

  it('tell of every parcel with what is in it, and of the order as it has become', async () => {
    const line = { unitPrice: 500, gross: 1000, discount: 0, net: 1000 };
    const lines = [
      { lineId: 'L1', sku: 'A', name: 'Chai', quantity: 3, ...line },
      { lineId: 'L2', sku: 'B', name: 'Chang', quantity: 1, ...line },
    ];
    const parcel = (shipmentId: string, quantity: number) =>
      follow('parcels', LinesShippedV1, {
        shipmentId,
        carrier: 'DHL',
        trackingNumber: `T-${shipmentId}`,
        lines: [{ lineId: 'L1', quantity }],
        occurredAt: AT,
      });
    const left = [
      { lineId: 'L1', sku: 'A', name: 'Chai', quantity: 3 },
      { lineId: 'L2', sku: 'B', name: 'Chang', quantity: 0 },
    ];
    const cancelled = { cancellationId: 'c', reason: 'x', lines: [], amount: 500, currency: 'USD', wanted: left };
    const events = await harness.publish(
      await submitted('parcels', 'parcels@ok.example', { lines }),
      confirmed('parcels'),
      parcel('P1', 1),
      follow('parcels', LinesCancelledV1, { ...cancelled, occurredAt: AT }),
      parcel('P2', 2),
      follow('parcels', OrderCompletedV1, { occurredAt: AT }),
    );
    await harness.send(events);
    await eventually(() => mail.to('parcels@ok.example').length === 5, 'five messages are sent');
    await harness.settled();
    const notices = await noticesOf('parcels');
    const told = (part: string) => notices.filter(({ text }: { text: string }) => text.includes(part));
    expect(notices).toHaveLength(5);
    expect(told('T-P1')).toMatchObject([{ kind: 'shipped', text: expect.stringContaining('1 × Chai') }]);
    expect(told('T-P2')).toMatchObject([{ kind: 'shipped', text: expect.stringContaining('2 × Chai') }]);
    expect(told('1 × Chang')).toMatchObject([{ kind: 'confirmed' }]);
    const delivered = notices.find(({ kind }: { kind: string }) => kind === 'delivered');
    expect(delivered.text).toContain('3 × Chai');
  });

  it('follow a return, each step once, also when its events overtake the order', async () => {
    const common = { returnId: 'R1', orderId: 'back' };
    const of = (definition: Fact['definition'], data: object): Fact => ({
      definition,
      subject: 'return-R1',
      data: { ...common, ...data },
    });
    const label = { labelId: 'R-1', address: 'Warehouse, Street 9', url: 'https://carrier.example/l' };
    const line = { lineId: 'L1', quantity: 1 };
    const early = await harness.publish(
      of(ReturnRequestedV1, {
        number: 'R-1',
        orderNumber: 'N-back',
        channel: 'web',
        kind: 'RETURN',
        currency: 'USD',
        lines: [{ ...line, sku: 'A', name: 'Chai', reason: 'DAMAGED', amount: 500 }],
        goodsBack: true,
        wish: 'REFUND',
        advance: false,
        policy: { policy: 'default', version: 0, inputs: {} },
        dueAt: AT,
        occurredAt: AT,
      }),
      of(ReturnApprovedV1, { automatic: false, label, dueAt: AT, occurredAt: AT }),
      of(ReturnReceivedV1, {
        receiptId: 'c1',
        location: 'MAIN',
        lines: [line],
        complete: true,
        missing: [],
        dueAt: AT,
        occurredAt: AT,
      }),
    );
    await harness.settled();
    const messages = harness.service.app.get(Messages);
    expect(await messages.early.countDocuments({ orderId: 'back' })).toBe(3);
    await harness.publish(await submitted('back', 'back@ok.example'));
    await eventually(() => mail.to('back@ok.example').length === 3, 'what came early is sent');
    expect(await messages.early.countDocuments({ orderId: 'back' })).toBe(0);
    await harness.publish(
      of(ReturnResolvedV1, {
        resolution: 'REFUND',
        lines: [{ ...line, sku: 'A', name: 'Chai', amount: 500 }],
        amount: 450,
        deduction: 50,
        shipping: 0,
        currency: 'USD',
        dueAt: AT,
        occurredAt: AT,
      }),
      {
        definition: ReturnDeclinedV1,
        subject: 'return-R2',
        data: { ...common, returnId: 'R2', reason: 'NOT_SENT_IN_TIME', lines: [], occurredAt: AT },
      },
    );
    await harness.send(early);
    await harness.settled();
    await eventually(() => mail.to('back@ok.example').length === 5, 'five messages are sent');
    expect(await messages.early.countDocuments({})).toBe(0);
    const notices = await noticesOf('back');
    const text = (kind: string): string => notices.find((one: { kind: string }) => one.kind === kind).text;
    expect(notices.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
      'return-approved',
      'return-declined',
      'return-received',
      'return-requested',
      'return-resolved',
    ]);
    expect(text('return-approved')).toContain('Warehouse, Street 9');
    expect(text('return-approved')).toContain('https://carrier.example/l');
    expect(text('return-resolved')).toContain('$4.50');
    expect(text('return-declined')).toContain('not sent in time');
  });

  it('are written in the customer’s language', async () => {
    await harness.publish(
      await submitted('zh', 'zh@ok.example', { locale: 'zh-CN' }),
      confirmed('zh'),
      follow('zh', OrderCancelledV1, { reason: 'CUSTOMER_REQUEST', lines: [], occurredAt: AT }),
    );
    await eventually(() => mail.to('zh@ok.example').length === 2, 'both messages are sent');
    await eventually(async () =>
      expect((await noticesOf('zh')).map(({ subject }: { subject: string }) => subject).sort()).toEqual([
        '您的订单 N-zh 已取消',
        '您的订单 N-zh 已确认',
      ]),
    );
    expect(mail.to('zh@ok.example')[0]!.raw).toMatch(/Content-Language: zh-CN/);
  });

  it('are not given about what is taken over from the past', async () => {
    await harness.publish(
      await submitted('old', 'old@ok.example', { mode: 'history' }),
      confirmed('old'),
      follow('old', LinesShippedV1, { lines: [], occurredAt: AT }),
      follow('old', OrderCompletedV1, { occurredAt: AT }),
      await submitted('new', 'new@ok.example'),
      confirmed('new'),
    );
    await untilNotice('new', { status: 'sent' });
    await harness.settled();
    expect(await noticesOf('old')).toEqual([]);
    expect(mail.to('old@ok.example')).toEqual([]);
  });

  it('go to the address of the profile when the order names only the customer, also when that comes later', async () => {
    await harness.publish(await submitted('prof', undefined, { customerId: 'PROF' }), confirmed('prof'));
    await harness.settled();
    await eventually(async () => {
      const doc = await harness.service.app.get(Messages).messages.findOne({ orderId: 'prof' });
      return (doc?.dueAt ?? 0) > clock.millis();
    }, 'the message waits for its customer');
    await harness.publish(await customer('PROF', { contactName: 'Ola', email: 'prof@ok.example' }));
    await harness.settled();
    later(5_000);
    await untilNotice('prof', { status: 'sent', to: 'prof@ok.example' });
    // The order's own contact has no address: the profile's is taken.
    await harness.publish(
      await submitted('half', undefined, {
        customerId: 'PROF',
        customer: await harness.service.app.get(Vault).seal('customer:PROF', { name: 'Half' }),
      }),
      confirmed('half'),
    );
    await untilNotice('half', { status: 'sent', to: 'prof@ok.example' });
  });

  it('are suppressed, with the reason, when nobody can be reached', async () => {
    await harness.publish(
      await customer('MUTE', { company: 'No address' }),
      await submitted('mute', undefined, { customerId: 'MUTE' }),
      confirmed('mute'),
      await submitted('anon', undefined),
      confirmed('anon'),
      await submitted('never', undefined, { customerId: 'NEVER' }),
      confirmed('never'),
    );
    const missing = { status: 'suppressed', code: 'RECIPIENT_MISSING', detail: 'No e-mail address is known.' };
    await harness.settled();
    await untilNotice('anon', missing);
    await untilNotice('never', { status: 'queued' });
    later(121_000);
    await untilNotice('mute', missing);
    await untilNotice('never', missing);
  });
});

describe('delivery', () => {
  beforeEach(() => {
    mail.busy = true;
  });

  it('gives up at once what the server refuses for good, and goes on with the rest', async () => {
    await harness.publish(
      await submitted('perm', 'nobody@refused.example'),
      confirmed('perm'),
      await submitted('next', 'next@ok.example'),
      confirmed('next'),
    );
    await untilNotice('perm', { status: 'failed', code: 'MAIL_REFUSED', attempts: 1 });
    await untilNotice('next', { status: 'sent' });
    const { body } = await harness.get('/api/notifications?status=failed', { 'accept-language': 'zh-CN' });
    expect(body.items[0].detail).toMatch(/[\u4e00-\u9fff]/);
  });

  it.each([
    ['a server that is busy', 'later'],
    ['a server that does not answer', 'silent'],
  ])('tries again with longer and longer pauses: %s', async (_, who) => {
    await harness.publish(await submitted(who, `${who}@slow.example`), confirmed(who));
    await untilNotice(who, { status: 'queued', attempts: 1, code: 'MAIL_DEFERRED' });
    later(29_000);
    await harness.publish(await submitted(`${who}-2`, `${who}-2@ok.example`), confirmed(`${who}-2`));
    mail.busy = false;
    await untilNotice(`${who}-2`, { status: 'sent' });
    await untilNotice(who, { status: 'queued', attempts: 1 }); // not before its pause is over
    mail.busy = true;
    later(1_000);
    await untilNotice(who, { status: 'queued', attempts: 2 });
    mail.busy = false;
    later(60_000);
    await untilNotice(who, { status: 'sent', attempts: 2 });
    expect((await noticesOf(who))[0].code).toBeUndefined();
    expect(mail.to(`${who}@slow.example`)).toHaveLength(1);
  });

  it('gives up after the last try', async () => {
    await harness.publish(await submitted('end', 'later@end.example'), confirmed('end'));
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      await untilNotice('end', { status: 'queued', attempts: attempt });
      later(6 * 3_600_000);
    }
    await untilNotice('end', { status: 'failed', attempts: MAX_ATTEMPTS, code: 'MAIL_DEFERRED' });
  });

  it('repeats nothing while what was sent cannot be recorded', async () => {
    await harness.engines.restart('eventStore', async () => {
      // On the list already, as if its event had been recorded just before the outage.
      const { messages } = harness.service.app.get(Messages);
      const recipient = await harness.service.app.get(Vault).seal('order:out', { email: 'out@ok.example' });
      const facts = { number: 'N-out', currency: 'USD', total: 1, lines: [] };
      const writtenAt = clock.millis() + 1;
      clock.advance(1);
      await messages.insertOne({
        _id: 'out',
        orderId: 'out',
        kind: 'confirmed',
        locale: 'en',
        recipient,
        facts,
        status: 'due',
        attempts: 0,
        writtenAt,
        dueAt: writtenAt,
      });
      harness.service.app.get(Delivery).wake();
      await eventually(() => mail.to('out@ok.example').length === 1, 'the message is sent');
      await eventually(() => harness.log.includes('cannot be recorded yet'), 'recording it is tried');
    });
    const { messages } = harness.service.app.get(Messages);
    await eventually(async () => (await messages.findOne({ _id: 'out' }))?.status === 'sent', {
      deadlineMs: 20_000,
      message: 'it is recorded once the store is back',
    });
    expect(mail.to('out@ok.example')).toHaveLength(1);
  });

  it('offers a message once more, under the same id, after a stop between sending and recording', async () => {
    await harness.publish(await submitted('kill', 'later@kill.example'), confirmed('kill'));
    await untilNotice('kill', { status: 'queued', attempts: 1 });
    mail.busy = false;
    await harness.engines.restart('eventStore', async () => {
      later(30_000);
      await eventually(() => mail.to('later@kill.example').length === 1, 'the message is sent');
      await harness.stopService();
    });
    await harness.startService();
    await untilNotice('kill', { status: 'sent' });
    const [first, second, ...more] = mail.to('later@kill.example');
    expect(second?.messageId).toBe(first?.messageId);
    expect(first?.messageId).toMatch(/^<[\w-]+@shop\.example>$/);
    expect(more).toEqual([]);
  });

  it('does not send again what was recorded but not struck off', async () => {
    await harness.publish(await submitted('strike', 'strike@ok.example'), confirmed('strike'));
    await untilNotice('strike', { status: 'sent' });
    const { messages } = harness.service.app.get(Messages);
    await eventually(async () => (await messages.findOne({ orderId: 'strike' }))?.status === 'sent');
    await messages.updateOne({ orderId: 'strike' }, { $set: { status: 'due' } });
    await harness.stopService();
    await harness.startService();
    const again = harness.service.app.get(Messages).messages;
    await eventually(async () => (await again.findOne({ orderId: 'strike' }))?.status === 'sent', 'it is struck off');
    expect(mail.to('strike@ok.example')).toHaveLength(1);
  });
});

describe('erasure', () => {
  it('takes away what was sent and what is still to be sent', async () => {
    mail.busy = true;
    await harness.publish(
      await customer('GONE', { name: NAME, email: 'gone@ok.example' }),
      await submitted('gone', 'gone@ok.example', { customerId: 'GONE' }),
      confirmed('gone'),
    );
    await untilNotice('gone', { status: 'sent', to: 'gone@ok.example' });
    await harness.publish(await submitted('due', 'later@gone.example', { customerId: 'GONE' }), confirmed('due'));
    await untilNotice('due', { status: 'queued', attempts: 1 });
    // As the customer service does it: recorded, then the key is destroyed.
    await harness.publish({
      definition: CustomerErasedV1,
      subject: 'customer-GONE',
      data: { customerId: 'GONE', keyId: 'customer:GONE', requestedBy: 'admin', occurredAt: AT },
    });
    await harness.service.app.get(Vault).destroyKey('customer:GONE');
    await harness.settled();
    later(30_000);
    await untilNotice('due', { status: 'suppressed', code: 'CUSTOMER_ERASED' });
    const [sent] = await noticesOf('gone');
    expect(sent.status).toBe('sent');
    for (const field of ['to', 'subject', 'text']) expect(sent).not.toHaveProperty(field);
    const kept = await harness.service.app.get(Messages).messages.find({ customerId: 'GONE' }).toArray();
    expect(kept).toHaveLength(2);
    for (const doc of kept) expect(doc.recipient ?? doc.content).toBeUndefined();
    // What happens to the order later finds nobody to tell.
    await harness.publish(follow('gone', OrderCompletedV1, { occurredAt: AT }));
    await eventually(async () => {
      const notices = await noticesOf('gone');
      expect(notices.find(({ kind }: { kind: string }) => kind === 'delivered')).toMatchObject({
        status: 'suppressed',
        code: 'CUSTOMER_ERASED',
      });
    });
  });

  it('forgets guests whose order says so', async () => {
    await harness.publish(await submitted('guest', 'guest@ok.example', {}), confirmed('guest'));
    await untilNotice('guest', { status: 'sent', to: 'guest@ok.example' });
    const { messages, orders } = harness.service.app.get(Messages);
    expect(await orders.findOne({ _id: 'guest' })).toHaveProperty('contact');
    await harness.publish(
      follow('guest', OrderPersonalDataErasedV1, {
        orderId: 'guest',
        keyIds: [],
        requestedBy: 'admin',
        occurredAt: AT,
      }),
    );
    await harness.settled();
    const [sent] = await noticesOf('guest');
    expect(sent.status).toBe('sent');
    for (const field of ['to', 'subject', 'text']) expect(sent).not.toHaveProperty(field);
    expect(await orders.findOne({ _id: 'guest' })).not.toHaveProperty('contact');
    const kept = await messages.find({ orderId: 'guest' }).toArray();
    expect(kept).toHaveLength(1);
    for (const doc of kept) expect(doc.recipient ?? doc.content).toBeUndefined();
  });

  it('needs nothing else: no personal data is in events, keys, documents or logs', async () => {
    const store = harness.service.app.get(EventStore);
    const stored: string[] = [];
    for (const { subject } of await harness.onTopic(topicOf.notification)) {
      stored.push(JSON.stringify(await store.read(subject, { from: 0n }), bigints));
    }
    const documents = await harness.service.app.get(Messages).messages.find({}).toArray();
    const published = await harness.onTopic(topicOf.notification);
    expect(published.length).toBeGreaterThan(30);
    const everything = [JSON.stringify(published), stored.join(), JSON.stringify(documents), harness.log].join('\n');
    const personal = ['Łucja', 'Wiórkiewicz', 'ok.example', 'slow.example', 'gone.example', 'refused.example'];
    expect(personal.filter((word) => everything.includes(word))).toEqual([]);
  });
});

describe('the list', () => {
  it('goes page by page, newest first, by status and kind', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await harness.get(
        `/api/notifications?status=sent&kind=confirmed&limit=3${cursor && `&cursor=${cursor}`}`,
      );
      expect(body.items.every((item: { status: string; kind: string }) => item.kind === 'confirmed')).toBe(true);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.next ?? '';
    } while (cursor);
    expect(seen.length).toBeGreaterThan(6);
    expect(new Set(seen).size).toBe(seen.length);
    expect((await harness.get(`/api/notifications/${seen[0]}`)).body).toMatchObject({ id: seen[0], status: 'sent' });
  });

  it.each([
    ['status=lost', 422, 'status'],
    ['kind=spam', 422, 'kind'],
    ['limit=1000', 422, 'limit'],
    ['colour=red', 422, 'colour'],
  ])('refuses %s in the reader’s language', async (query, status, path) => {
    const refused = await harness.get(`/api/notifications?${query}`, { 'accept-language': 'zh-CN' });
    expect(refused).toMatchObject({ status, body: { code: 'VALIDATION_FAILED', fields: [{ path }] } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body.detail).toMatch(/[\u4e00-\u9fff]/);
  });

  it('refuses a bogus cursor and an unknown id', async () => {
    expect(await harness.get('/api/notifications?cursor=x')).toMatchObject({
      status: 400,
      body: { code: 'CURSOR_INVALID' },
    });
    expect(await harness.get('/api/notifications/none')).toMatchObject({
      status: 404,
      body: { code: 'NOTIFICATION_NOT_FOUND' },
    });
  });
});

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
