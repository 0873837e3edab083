import { checkProperty } from '@orderloom/testing/properties';
import fc from 'fast-check';
import { Parked, parkedId } from './parked.js';
import { buryMessage, type DeadKind, type DeadRecord, exhume, readRecord } from './record.js';

const record = (at: number, kind: DeadKind, offset?: number, key: string | null = 'k'): DeadRecord => ({
  kind,
  at,
  partition: 0,
  key,
  offset,
  time: '2026-01-01T00:00:00.000Z',
});

const folded = (...records: DeadRecord[]): Parked => {
  const parked = new Parked();
  for (const one of records) parked.apply(one);
  return parked;
};

const offsets = (parked: Parked) => parked.get(parkedId(0, 'k'))?.entries.map((entry) => entry.offset);

describe('what is parked', () => {
  it('a dead message parks its key, in the order of the origin', () => {
    const parked = folded(record(0, 'dead', 5), record(1, 'parked', 9), record(2, 'parked', 7));
    expect(offsets(parked)).toEqual([5, 7, 9]);
    expect(parked.keys()[0]?.due).toBe(false);
  });

  it('a replay is due until it was tried', () => {
    const parked = folded(record(0, 'dead', 5), record(1, 'parked', 6), record(2, 'replay'));
    expect(parked.keys()[0]?.due).toBe(true);
    parked.apply(record(3, 'dead', 5));
    expect(parked.keys()[0]?.due).toBe(false);
    expect(offsets(parked)).toEqual([5, 6]);
  });

  it('resolving frees the key', () => {
    const parked = folded(record(0, 'dead', 5), record(1, 'parked', 6), record(2, 'resolved', 5));
    expect(offsets(parked)).toEqual([6]);
    parked.apply(record(3, 'resolved', 6));
    expect(parked.size).toBe(0);
  });

  it('discarding the dead message makes what waits behind it due by itself', () => {
    const parked = folded(record(0, 'dead', 5), record(1, 'parked', 6), record(2, 'discard', 5));
    expect(offsets(parked)).toEqual([6]);
    expect(parked.keys()[0]?.due).toBe(true);
    expect(folded(record(0, 'dead', 5), record(1, 'discard', 5)).size).toBe(0);
  });

  it('a message without a key parks nobody else', () => {
    const parked = folded(record(0, 'dead', 5, null), record(1, 'dead', 6, null), record(2, 'discard', 5, null));
    expect(parked.keys().map((key) => key.entries[0]?.offset)).toEqual([6]);
  });

  it('repeating what was not committed changes nothing', () => {
    const parked = folded(record(0, 'dead', 5), record(1, 'parked', 6), record(2, 'parked', 5), record(3, 'parked', 6));
    expect(parked.keys()[0]?.entries.map((entry) => entry.kind)).toEqual(['dead', 'parked']);
  });

  it('is the same when records are read again from any place', () =>
    checkProperty(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom<DeadKind>('dead', 'parked', 'resolved', 'replay', 'discard'), fc.nat({ max: 6 })),
          {
            maxLength: 40,
          },
        ),
        fc.nat({ max: 40 }),
        fc.nat({ max: 40 }),
        (steps, until, from) => {
          const records = steps.map(([kind, offset], at) => record(at, kind, kind === 'replay' ? undefined : offset));
          const once = folded(...records);
          const again = folded(...records.slice(0, until), ...records.slice(Math.min(from, until)));
          expect(again.keys()).toEqual(once.keys());
        },
      ),
    ));

  it('keeps the message as it was', () => {
    const message = {
      key: Buffer.from('k'),
      value: Buffer.from('{bad'),
      headers: { ce_type: Buffer.from('t'), x: 'y' },
    };
    const burial = { kind: 'dead' as const, topic: 'orders.v1', group: 'g', partition: 3, offset: 8, message };
    const buried = buryMessage({ ...burial, code: 'NOT_JSON', text: 'no', attempts: 1 }, '2026-01-01T00:00:00.000Z');
    expect(buried.partition).toBe(3);
    const stored = {
      ...message,
      headers: Object.fromEntries(Object.entries(buried.headers).map(([name, value]) => [name, Buffer.from(value)])),
      offset: '0',
      timestamp: '0',
      attributes: 0,
    };
    expect(readRecord(3, stored)).toMatchObject({ kind: 'dead', key: 'k', offset: 8, code: 'NOT_JSON', type: 't' });
    expect(Object.keys(exhume(stored).headers ?? {})).toEqual(['ce_type', 'x']);
    expect(readRecord(3, { ...stored, headers: {} })).toBeUndefined();
  });
});
