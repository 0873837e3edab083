import { createRequire } from 'node:module';
import { checkProperty } from '@orderloom/testing/properties';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { crc32c } from './crc32c.js';
import { decodeFetchV11, NotPlain } from './fetch-decoder.js';
import { encodeFetchV11 } from './fetch-encoder.js';
import { encodeProduce } from './produce-encoder.js';

// kafkajs' own code is the measure: what one side writes the other must read, and both readers must agree.
const load = createRequire(import.meta.url);
interface Bytes {
  readonly buffer: Buffer;
}
const ownResponse: { decode(raw: Buffer): Promise<{ responses: unknown[] }> } = load(
  'kafkajs/src/protocol/requests/fetch/v11/response.js',
);
const ownRequest: (args: object) => { encode(): Promise<Bytes> } = load(
  'kafkajs/src/protocol/requests/produce/v3/request.js',
);

const ownFetch: (args: object) => { encode(): Promise<Bytes> } = load(
  'kafkajs/src/protocol/requests/fetch/v11/request.js',
);

const text = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 20 }));
const message: fc.Arbitrary<Message> = fc.record({
  key: fc.oneof(text, fc.constant(null)),
  value: fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(null),
  ),
  headers: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 12 }).filter((name) => !(name in {})),
    text,
    {
      maxKeys: 6,
      noNullPrototype: true,
    },
  ),
  timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }).map(String),
});
const args = (messages: readonly Message[]) => ({
  acks: -1,
  timeout: 30_000,
  producerId: '12',
  producerEpoch: 3,
  topicData: [{ topic: 'orders.v1', partitions: [{ partition: 7, firstSequence: 5, messages }] }],
});

/** The record batch inside a Produce body, put into a Fetch response. */
const asFetchResponse = (body: Buffer): Buffer => {
  const batches = body.subarray(2 + 2 + 4 + 4 + 2 + 9 + 4 + 4 + 4);
  const head = Buffer.alloc(4 + 2 + 4 + 4 + 2 + 9 + 4 + 4 + 2 + 8 * 3 + 4 + 4 + 4);
  head.writeInt32BE(1, 10);
  head.writeInt16BE(9, 14);
  head.write('orders.v1', 16);
  head.writeInt32BE(1, 25);
  head.writeInt32BE(7, 29);
  head.writeBigInt64BE(99n, 35);
  head.writeInt32BE(-1, 63);
  head.writeInt32BE(batches.length, 67);
  return Buffer.concat([head, batches]);
};

/** The parts of a response that somebody uses, in plain objects. */
const plain = (response: unknown) =>
  JSON.parse(
    JSON.stringify(response, (name, value) => {
      if (name === 'headers') return Object.entries(value).map(([key, v]) => [key, String(v)]);
      if (name === 'batchContext' || name === 'magicByte') return undefined;
      if (value && typeof value === 'object' && 'batchContext' in value) {
        const { offset, timestamp, attributes, key, value: data, headers, isControlRecord } = value;
        return { offset, timestamp, attributes, key, data, headers, isControlRecord };
      }
      return value;
    }),
  );

describe('the fast codec', () => {
  it('knows CRC-32C', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('x123456789y'), 1, 10)).toBe(0xe3069283);
  });

  it('writes what kafkajs reads, and reads what kafkajs reads', () =>
    checkProperty(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
        const response = asFetchResponse(encodeProduce(args(messages)));
        const own = await ownResponse.decode(response);
        expect(plain(decodeFetchV11(response))).toEqual(plain(own));
        const [first] = decodeFetchV11(response).responses[0]?.partitions[0]?.messages ?? [];
        for (const [name, value] of Object.entries(messages[0]?.headers ?? {})) expect(first?.header(name)).toBe(value);
        expect(first?.header('absent-header')).toBeUndefined();
        expect(first?.key?.toString() ?? null).toBe(messages[0]?.key ?? null);
        expect(first?.value).toEqual(messages[0]?.value ?? null);
      }),
      { numRuns: 60 },
    ));

  it('writes the same bytes as kafkajs', async () => {
    const messages = [0, 1, 2].map((n) => ({
      key: `order-${n}`,
      value: Buffer.from(`{"n":${n}}`),
      headers: { ce_id: String(n), ce_type: 'x'.repeat(70) },
      timestamp: String(1_700_000_000_000 + n * 1000),
    }));
    const { buffer } = await ownRequest(args(messages)).encode();
    expect(encodeProduce(args(messages)).equals(buffer)).toBe(true);
  });

  it('asks for messages with the same bytes as kafkajs', async () => {
    const fetch = {
      maxWaitTime: 5_000,
      minBytes: 1,
      maxBytes: 8_000_000,
      isolationLevel: 1,
      rackId: 'räck',
      topics: ['orders.v1', '订单'].map((topic) => ({
        topic,
        partitions: [0, 23].map((partition) => ({ partition, fetchOffset: '9007199254740993', maxBytes: 524_288 })),
      })),
    };
    const { buffer } = await ownFetch({ replicaId: -1, ...fetch }).encode();
    expect(encodeFetchV11(fetch).equals(buffer)).toBe(true);
  });

  it('leaves compressed batches to kafkajs, and a batch cut by the size limit for the next fetch', () => {
    const whole = asFetchResponse(encodeProduce(args([{ key: 'a', value: 'b' }])));
    const compressed = Buffer.from(whole);
    compressed.writeInt16BE(1, 71 + 21);
    expect(() => decodeFetchV11(compressed)).toThrow(NotPlain);
    const cut = Buffer.from(whole.subarray(0, whole.length - 1));
    cut.writeInt32BE(cut.length - 71, 67);
    expect(decodeFetchV11(cut).responses[0]?.partitions[0]?.messages).toEqual([]);
  });
});
