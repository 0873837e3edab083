import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import {
  checkSequence,
  consumeTyped,
  type EventEnvelope,
  eventCatalogue,
  findEvent,
  findStoredEvent,
  fromKafkaMessage,
  isRefused,
  locales,
  MalformedEvent,
  messageAreas,
  messages,
  OrderCancelledV1,
  OrderSubmittedV1,
  on,
  type RefusalCode,
  Refused,
  SequenceGap,
  StockReservedV1,
  text,
  toKafkaMessage,
  topicOf,
  validateEvent,
} from './index.js';
import { readGolden, root, stale } from './tooling/generate.js';
import { sampleData } from './tooling/samples.js';

const envelope = (definition = eventCatalogue[0]!, change: Partial<EventEnvelope> = {}): EventEnvelope => ({
  specversion: '1.0',
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  source: definition.service,
  type: definition.type,
  subject: 'order-1',
  time: '2026-03-01T09:30:00.000Z',
  dataschema: definition.dataschema,
  datacontenttype: 'application/json',
  sequence: '0',
  correlationid: 'c-1',
  causationid: 'c-1',
  actor: '王芳',
  data: sampleData(definition),
  ...change,
});

const asReceived = (event: EventEnvelope) => {
  const { key, value, headers } = toKafkaMessage(event);
  return {
    key: Buffer.from(key),
    value,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
};

describe('the event catalogue', () => {
  it('has unique types that name their service, and finds them', () => {
    expect(new Set(eventCatalogue.map(({ type }) => type)).size).toBe(eventCatalogue.length);
    for (const definition of eventCatalogue) {
      expect(definition.type).toBe(`orderloom.${definition.service}.${definition.name}.v${definition.version}`);
      expect(findEvent(definition.type)).toBe(definition);
      expect(findStoredEvent(definition.service, definition.name, definition.version)).toBe(definition);
      expect(topicOf[definition.service]).toMatch(/\.v1$/);
    }
    expect(findEvent('orderloom.order.Nothing.v1')).toBeUndefined();
  });

  it('still reads one event of every version ever written', async () => {
    const golden = await readGolden();
    for (const [type, data] of Object.entries(golden)) {
      const definition = findEvent(type);
      if (!definition) throw new Error(`${type} was written once and can no longer be read`);
      expect(validateEvent(envelope(definition, { data }))).toEqual({ ok: true, event: expect.anything() });
    }
    expect(Object.keys(golden).sort()).toEqual(eventCatalogue.map(({ type }) => type as string).sort());
  });

  it('has up-to-date documents (else run the generator of libs/contracts)', async () => {
    expect(await stale()).toEqual([]);
  });

  it('is valid AsyncAPI as far as its references go', () => {
    const document = JSON.parse(readFileSync(`${root}/docs/contracts/asyncapi.json`, 'utf8'));
    expect(document.asyncapi).toBe('3.0.0');
    for (const channel of Object.values<{ messages: Record<string, { $ref: string }> }>(document.channels)) {
      for (const { $ref } of Object.values(channel.messages)) {
        expect(document.components.messages[$ref.split('/').pop()!]).toBeDefined();
      }
    }
  });
});

describe('events on Kafka (CloudEvents, binary mode)', () => {
  it.each(eventCatalogue.map((definition) => [definition.type, definition] as const))(
    'carries %s there and back',
    (_, definition) => {
      const event = envelope(definition, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
      expect(fromKafkaMessage(asReceived(event))).toEqual(event);
    },
  );

  it('has the headers, key and timestamp that the binding asks for', () => {
    const message = toKafkaMessage(envelope(OrderSubmittedV1));
    expect(message.key).toBe('order-1');
    expect(message.timestamp).toBe(String(Date.parse('2026-03-01T09:30:00.000Z')));
    expect(message.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_type: 'orderloom.order.OrderSubmitted.v1',
      ce_subject: 'order-1',
      ce_sequence: '0',
      'content-type': 'application/json',
    });
    expect(Object.keys(message.headers)).not.toContain('ce_traceparent');
  });

  const good = asReceived(envelope(OrderCancelledV1));
  it.each([
    ['no headers', { ...good, headers: undefined }, 'NO_HEADERS'],
    ['headers of something else', { ...good, headers: { a: 'b' } }, 'NO_HEADERS'],
    ['no value (a tombstone)', { ...good, value: null }, 'NO_VALUE'],
    ['an empty value', { ...good, value: Buffer.alloc(0) }, 'NO_VALUE'],
    ['no JSON', { ...good, value: Buffer.from('{"a":') }, 'NOT_JSON'],
    [
      'another content type',
      { ...good, headers: { ...good.headers, 'content-type': 'text/xml' } },
      'UNSUPPORTED_CONTENT_TYPE',
    ],
    ['a bad id', { ...good, headers: { ...good.headers, ce_id: 'x' } }, 'BAD_ATTRIBUTES'],
    ['a bad sequence', { ...good, headers: { ...good.headers, ce_sequence: '-1' } }, 'BAD_ATTRIBUTES'],
    ['an unknown source', { ...good, headers: { ...good.headers, ce_source: 'nobody' } }, 'BAD_ATTRIBUTES'],
    ['the key of another stream', { ...good, key: Buffer.from('order-2') }, 'KEY_MISMATCH'],
    ['data of the wrong shape', { ...good, value: Buffer.from('{"reason":1}') }, 'BAD_DATA'],
    ['data that is no object', { ...good, value: Buffer.from('[]') }, 'BAD_DATA'],
  ])('refuses %s with a code', (_, message, code) => {
    expect(() => fromKafkaMessage(message)).toThrow(MalformedEvent);
    try {
      fromKafkaMessage(message);
    } catch (error) {
      expect((error as MalformedEvent).code).toBe(code);
    }
  });

  it('accepts unknown fields and unknown types, which newer publishers may send', () => {
    const event = envelope(OrderCancelledV1);
    const newer = { ...event, data: { ...sampleData(OrderCancelledV1), added: 'later' } };
    expect(fromKafkaMessage(asReceived(newer))).toEqual(newer);
    const unknown = { ...event, type: 'orderloom.order.OrderCancelled.v9' };
    expect(fromKafkaMessage(asReceived(unknown)).type).toBe(unknown.type);
    expect(() => fromKafkaMessage(asReceived(unknown), { requireKnownType: true })).toThrow('UNKNOWN_TYPE');
  });
});

describe('consumeTyped', () => {
  it('calls the handler of a type with typed data, and skips the rest', async () => {
    const seen: string[] = [];
    const consumer = consumeTyped([
      on(OrderCancelledV1, ({ data }) => void seen.push(data.reason)),
      on(StockReservedV1, ({ data }) => void seen.push(data.sku)),
    ]);
    expect(await consumer.handle(asReceived(envelope(OrderCancelledV1)))).toBe('handled');
    expect(await consumer.handle(asReceived(envelope(StockReservedV1)))).toBe('handled');
    expect(await consumer.handle(asReceived(envelope(OrderSubmittedV1)))).toBe('skipped');
    expect(seen).toEqual(['reason', 'sku']);
    expect(consumer.types).toEqual([OrderCancelledV1.type, StockReservedV1.type]);
  });

  it('lets repeats pass and stops at a gap', async () => {
    const last = new Map<string, string>();
    const handle = jest.fn((event: EventEnvelope) => void last.set(event.subject, event.sequence));
    const consumer = consumeTyped([on(OrderCancelledV1, handle)], { sequences: { last: (id) => last.get(id) } });
    const message = (sequence: string) => asReceived(envelope(OrderCancelledV1, { sequence }));
    expect(await consumer.handle(message('0'))).toBe('handled');
    expect(await consumer.handle(message('0'))).toBe('repeated');
    expect(await consumer.handle(message('1'))).toBe('handled');
    await expect(consumer.handle(message('3'))).rejects.toThrow(SequenceGap);
    expect(handle).toHaveBeenCalledTimes(2);
    expect(checkSequence('9', { sequence: '10' })).toBe('next');
  });

  it('refuses two handlers for one type', () => {
    expect(() => consumeTyped([on(OrderCancelledV1, () => {}), on(OrderCancelledV1, () => {})])).toThrow(
      'two handlers',
    );
  });
});

describe('the catalogue of codes', () => {
  it('has every code once, in both languages with the same details, and a sensible status', () => {
    const codes = messageAreas.flatMap((area) => Object.keys(area));
    expect(new Set(codes).size).toBe(codes.length);
    const details = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [code, message] of Object.entries(messages)) {
      expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(message.status).toBeGreaterThanOrEqual(200);
      for (const locale of locales) expect(message[locale].trim().length).toBeGreaterThan(0);
      expect(message['zh-CN']).toMatch(/[\u4e00-\u9fff]/);
      expect([code, details(message['zh-CN'])]).toEqual([code, details(message.en)]);
    }
  });

  it('fills in details, and never fails over a missing one', () => {
    expect(text('UNKNOWN_SKU', 'en', { sku: 'A' })).toBe('There is no product A.');
    expect(text('UNKNOWN_SKU', 'zh-CN', {})).toBe('没有商品 ?。');
    expect(text('NOT_ONE_OF', 'en', { allowed: ['a', 'b'] })).toBe('This must be one of: a, b.');
    expect(text('NOT_ONE_OF', 'en', { allowed: { a: 1n.toString() } })).toContain('{"a":"1"}');
  });

  it('refuses with code, status and details', () => {
    const refused = new Refused('UNKNOWN_SKU', { sku: 'A' });
    expect([refused.status, refused.message, isRefused(refused)]).toEqual([
      422,
      'UNKNOWN_SKU: There is no product A.',
      true,
    ]);
    expect(isRefused(new Error('no'))).toBe(false);
    const code: RefusalCode = refused.code;
    expect(code).toBe('UNKNOWN_SKU');
  });
});
