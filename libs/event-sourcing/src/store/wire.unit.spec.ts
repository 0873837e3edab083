import { createRequire } from 'node:module';
import fc from 'fast-check';
import { deterministicId } from '../ids.js';
import { decodeAppendAnswer, encodeAppend } from './append-wire.js';
import { decodeReadMessage, encodeRead } from './read-wire.js';
import { readerOf, uint64Field } from './wire.js';

// The client's own generated classes are the reference.
const require = createRequire(import.meta.url);
const pb = require('@eventstore/db-client/generated/streams_pb.js');
const shared = require('@eventstore/db-client/generated/shared_pb.js');
const status = require('@eventstore/db-client/generated/status_pb.js');
const { Any } = require('google-protobuf/google/protobuf/any_pb.js');

const metadata = {
  schemaVersion: 1,
  correlationId: 'c',
  causationId: 'c',
  actor: 'ann',
  at: '2024-05-01T10:00:00.000Z',
};
const correlation = (n: number) => {
  const uuid = new shared.UUID();
  uuid.setString(`00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`);
  return uuid;
};

describe('appends on the wire', () => {
  it('are what the client would send', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.array(fc.record({ type: fc.string({ minLength: 1 }), data: fc.jsonValue() }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.oneof(
          fc.bigInt({ min: -1n, max: 2n ** 62n }),
          fc.constantFrom('any' as const, 'no_stream' as const, 'stream_exists' as const),
        ),
        fc.nat(2 ** 30),
        (stream, drafts, expected, n) => {
          const events = drafts.map(({ type, data }, index) => ({
            id: deterministicId(String(index)),
            type,
            data,
            metadata,
          }));
          const request = pb.BatchAppendReq.deserializeBinary(
            encodeAppend(n, stream, events, expected, 1_700_000_000_123),
          );
          expect(request.getCorrelationId().getString()).toBe(correlation(n).getString());
          expect(request.getIsFinal()).toBe(true);
          const options = request.getOptions();
          expect(Buffer.from(options.getStreamIdentifier().getStreamName_asU8()).toString('utf8')).toBe(
            Buffer.from(stream).toString('utf8'),
          );
          expect(options.getDeadline().toDate().getTime()).toBe(1_700_000_000_123);
          if (typeof expected === 'bigint' && expected >= 0n)
            expect(options.getStreamPosition()).toBe(expected.toString());
          else if (expected === 'any') expect(options.hasAny()).toBe(true);
          else if (expected === 'stream_exists') expect(options.hasStreamExists()).toBe(true);
          else expect(options.hasNoStream()).toBe(true);
          const messages = request.getProposedMessagesList();
          expect(messages).toHaveLength(events.length);
          for (const [index, message] of messages.entries()) {
            expect(message.getId().getString()).toBe(events[index]?.id);
            expect(message.getMetadataMap().get('content-type')).toBe('application/json');
            expect(message.getMetadataMap().get('type')).toBe(Buffer.from(events[index]?.type ?? '').toString('utf8'));
            expect(JSON.parse(Buffer.from(message.getCustomMetadata_asU8()).toString('utf8'))).toEqual(metadata);
            expect(Buffer.from(message.getData_asU8()).toString('utf8')).toBe(
              Buffer.from(JSON.stringify(events[index]?.data)).toString('utf8'),
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are answered', () => {
    const answer = new pb.BatchAppendResp();
    answer.setCorrelationId(correlation(77));
    const success = new pb.BatchAppendResp.Success();
    success.setCurrentRevision('18446744073709551615');
    const position = new shared.AllStreamPosition();
    position.setCommitPosition('9007199254740993');
    position.setPreparePosition('12');
    success.setPosition(position);
    answer.setSuccess(success);
    expect(decodeAppendAnswer(Buffer.from(answer.serializeBinary()))).toEqual({
      n: 77,
      kind: 'success',
      revision: 2n ** 64n - 1n,
      position: { commit: 9_007_199_254_740_993n, prepare: 12n },
    });
  });

  it.each([
    [
      'WrongExpectedVersion',
      (m: { setCurrentStreamRevision(v: string): void }) => m.setCurrentStreamRevision('41'),
      { kind: 'wrong-revision', actual: 41n },
    ],
    [
      'WrongExpectedVersion',
      (m: { setCurrentNoStream(v: unknown): void }) => m.setCurrentNoStream(new shared.Empty()),
      { kind: 'wrong-revision', actual: -1n },
    ],
    ['StreamDeleted', () => undefined, { kind: 'deleted' }],
    ['Timeout', () => undefined, { kind: 'timeout' }],
    ['AccessDenied', () => undefined, { kind: 'rejected', reason: 'AccessDenied: no' }],
  ])('are refused with %s', (name, fill, expected) => {
    const details = new shared[name]();
    fill(details);
    const any = new Any();
    any.pack(details.serializeBinary(), `event_store.client.${name}`);
    const failure = new status.Status();
    failure.setMessage('no');
    failure.setDetails(any);
    const answer = new pb.BatchAppendResp();
    const structured = new shared.UUID.Structured();
    structured.setMostSignificantBits('16384');
    structured.setLeastSignificantBits('-9223372036854775803');
    const uuid = new shared.UUID();
    uuid.setStructured(structured);
    answer.setCorrelationId(uuid);
    answer.setError(failure);
    expect(decodeAppendAnswer(Buffer.from(answer.serializeBinary()))).toEqual({ n: 5, ...expected });
  });
});

describe('reads on the wire', () => {
  it('ask as the client would', () => {
    const filtered = pb.ReadReq.deserializeBinary(
      encodeRead({ all: { from: { commit: 2n ** 60n, prepare: 5n } }, prefixes: ['order-', 'return-'] }),
    ).getOptions();
    expect(filtered.getAll().getPosition().getCommitPosition()).toBe((2n ** 60n).toString());
    expect(filtered.getFilter().getStreamIdentifier().getPrefixList()).toEqual(['order-', 'return-']);
    expect(filtered.hasSubscription()).toBe(true);
    expect(filtered.getUuidOption().hasString()).toBe(true);
    const backwards = pb.ReadReq.deserializeBinary(
      encodeRead({ stream: { name: 'order-1', from: 'end' }, count: 3, backwards: true }),
    ).getOptions();
    expect(Buffer.from(backwards.getStream().getStreamIdentifier().getStreamName_asU8()).toString()).toBe('order-1');
    expect(backwards.getReadDirection()).toBe(1);
    expect(backwards.getCount()).toBe('3');
    expect(backwards.hasNoFilter()).toBe(true);
  });

  it('are answered with events, also those of writers that know nothing of our metadata', () => {
    const record = new pb.ReadResp.ReadEvent.RecordedEvent();
    const structured = new shared.UUID.Structured();
    structured.setMostSignificantBits('81985529216486895');
    structured.setLeastSignificantBits('-1');
    const uuid = new shared.UUID();
    uuid.setStructured(structured);
    record.setId(uuid);
    const stream = new shared.StreamIdentifier();
    stream.setStreamName(Buffer.from('order-é').toString('base64'));
    record.setStreamIdentifier(stream);
    record.setStreamRevision('7');
    record.setPreparePosition('8');
    record.setCommitPosition('9');
    record
      .getMetadataMap()
      .set('type', 'Happened')
      .set('content-type', 'application/json')
      .set('created', '17145576001234567');
    record.setData(Buffer.from('{"n":1}').toString('base64'));
    const event = new pb.ReadResp.ReadEvent();
    event.setEvent(record);
    const message = new pb.ReadResp();
    message.setEvent(event);
    expect(decodeReadMessage(Buffer.from(message.serializeBinary()))).toEqual({
      kind: 'event',
      event: {
        id: '01234567-89ab-cdef-ffff-ffffffffffff',
        streamId: 'order-é',
        type: 'Happened',
        data: { n: 1 },
        revision: 7n,
        position: { commit: 9n, prepare: 8n },
        recordedAt: '2024-05-01T10:00:00.123Z',
        metadata: { schemaVersion: 1, correlationId: '', causationId: '', actor: '', at: '2024-05-01T10:00:00.123Z' },
      },
    });
  });

  it('keep every uint64', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const reader = readerOf(uint64Field(1, value));
        reader.varint();
        expect(reader.uint64()).toBe(value);
      }),
    );
  });
});

describe('deterministic ids', () => {
  it('are uuid v5, stable, and tell parts apart', () => {
    expect(deterministicId('a', 'b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(deterministicId('a', 'b')).toBe(deterministicId('a', 'b'));
    expect(deterministicId('a', 'bc')).not.toBe(deterministicId('ab', 'c'));
    // Written to stores for ever: this value must never change.
    expect(deterministicId('order', '1')).toBe('eaf2d689-41bf-5014-aef5-0899c6c4327c');
  });
});
