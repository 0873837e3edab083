import { Access } from '@orderloom/platform';
import { changedPolicy, DEFAULT_POLICY, dueAt } from '../../deadlines/policy.js';
import { allocate } from '../../order/decide-allocate.js';
import { missDeadline } from '../../order/decide-deadline.js';
import { submit } from '../../order/decide-submit.js';
import type { OrderEvent } from '../../order/events.js';
import { draft, fold, LATER, NOW, ORDER_ID, sourced } from '../../order/order.fixtures.js';
import { initial } from '../../order/order.js';
import { waitsOf } from '../../order/waits.js';
import { type OrderDocument, ordersProjection } from '../orders.projection.js';
import { difference } from '../story/json-patch.js';
import { isPersonal, keysOf, personKey, wordsIn, wordsOf } from './find-keys.js';
import { parseListQuery } from './list-query.js';
import { Past } from './past.js';

const placed = submit({ draft: draft({ paymentTerms: 'prepaid', customerId: 'C1' }), checks: [] }, initial());
const allocated = [...placed, ...allocate({ ...sourced(fold(placed), 'D1'), now: LATER }, fold(placed))];

const rows = (
  events: readonly OrderEvent[],
  people?: readonly string[],
  erased = new Set<string>(),
): OrderDocument[] => {
  const definition = ordersProjection({
    erased,
    ...(people === undefined
      ? {}
      : { people: { prepare: async () => undefined, of: ({ sequence }) => (sequence === 0 ? people : []) } }),
  });
  const all: OrderDocument[] = [];
  events.forEach((event, sequence) => {
    const next = definition.evolve(all.at(-1) ?? null, {
      id: String(sequence),
      type: event.type,
      schemaVersion: 1,
      streamId: `order-${ORDER_ID}`,
      sequence,
      time: sequence < placed.length ? NOW : LATER,
      correlationId: 'c',
      causationId: 'c',
      actor: 'test',
      data: event.data,
      origin: { source: 'log', offset: BigInt(sequence) },
    });
    if (next !== null) all.push(next);
  });
  return all;
};

const stored = (doc: OrderDocument): string[] => (Array.isArray(doc.find) ? doc.find : doc.find.toBSON());

describe('what an order is found by', () => {
  it('follows its columns, and keeps its words', () => {
    const [first, last] = [rows(placed).at(-1)!, rows(allocated).at(-1)!];
    expect(stored(first)).toEqual(expect.arrayContaining(['s:CONFIRMED', 'p:AWAITED', 'f:UNALLOCATED', 'd:SOURCING']));
    expect(stored(last)).toEqual(
      expect.arrayContaining([
        'p:REQUESTED',
        'f:ALLOCATED',
        'd:PAYMENT',
        'c:web',
        'u:C1',
        'k:SKU-1',
        'w:a-1',
        'w:product',
      ]),
    );
    expect(stored(last)).not.toContain('f:UNALLOCATED');
    expect(keysOf(last).every((key) => stored(last).includes(key))).toBe(true);
  });

  it('holds the words of people until they are erased', () => {
    const people = ['ada', 'berlin'].map(personKey);
    expect(stored(rows(allocated, people).at(-1)!)).toEqual(expect.arrayContaining(people));
    const erased = rows(allocated, people, new Set(['C1'])).at(-1)!;
    expect(wordsIn(erased.find).some(isPersonal)).toBe(false);
  });

  it('cuts words as people write them, Chinese sign by sign', () => {
    expect(wordsOf('Ada  Example-GmbH', 'a@b.org', '北京市')).toEqual([
      'ada',
      'example-gmbh',
      'a@b.org',
      '北京市',
      '北京',
      '京市',
    ]);
  });
});

describe('the past of a row', () => {
  const last = rows(allocated).at(-1)!;
  const past = Past.of(last.past instanceof Past ? last.past.toBSON() : last.past);

  it('gives the row of any time', () => {
    expect(past.rowAt(last, '2026-01-01T00:00:00.000Z')).toBeNull();
    expect(past.rowAt(last, NOW)).toMatchObject({ payment: 'AWAITED', fulfilment: 'UNALLOCATED', status: 'CONFIRMED' });
    expect(past.rowAt(last, LATER)).toMatchObject({ payment: 'REQUESTED', fulfilment: 'ALLOCATED' });
  });

  it('is the same in one go and stored in between', () => {
    const definition = ordersProjection();
    const through = rows(placed).at(-1)!;
    const text = { ...through, past: Past.of(through.past).toBSON(), find: stored(through) };
    expect(definition).toBeDefined();
    expect(Past.of(text.past).rowAt(through, NOW)).toMatchObject({ status: 'CONFIRMED' });
  });
});

describe('the query of a list', () => {
  const problems = (query: Record<string, string>) => {
    try {
      parseListQuery(query);
      return [];
    } catch (error) {
      return (error as { fields: { path: string; code: string }[] }).fields.map(({ path, code }) => `${path} ${code}`);
    }
  };

  it('takes any combination', () => {
    const { filter } = parseListQuery({
      status: 'CONFIRMED,SUBMITTED',
      sku: 'A',
      'custom.region': 'north',
      totalFrom: '100',
      from: '2026-01-01',
      q: 'ab*c chai nor*',
    });
    expect(filter.groups).toEqual([
      ['x:region=north'],
      ['s:CONFIRMED', 's:SUBMITTED'],
      ['k:A'],
      ['w:ab*c', personKey('ab*c')],
      ['w:chai', personKey('chai')],
    ]);
    expect(filter.prefixes).toEqual(['^w:nor']);
    expect(filter.columns).toEqual({ submittedAt: { $gte: '2026-01-01T00:00:00.000Z' }, total: { $gte: 100 } });
  });

  it('says everything that is wrong with it', () => {
    expect(
      problems({
        status: 'NOPE',
        limit: '0',
        nonsense: '1',
        from: 'yesterday',
        sort: 'x',
        totalFrom: '5',
        totalTo: '4',
        q: 'a*',
      }).sort(),
    ).toEqual([
      'from NOT_A_TIME',
      'limit TOO_SMALL',
      'nonsense UNKNOWN_FIELD',
      'q TOO_SHORT',
      'sort NOT_ONE_OF',
      'status NOT_ONE_OF',
      'totalTo RANGE_INVALID',
    ]);
    expect(problems({ asOf: '2026-01-01', waiting: 'PAYMENT', sort: 'total' }).sort()).toEqual([
      'sort NOT_ONE_OF',
      'waiting UNKNOWN_FIELD',
    ]);
  });

  it('finds nobody by name for those who may not see names, and keeps limited tokens to their own', () => {
    const access = new Access({ subject: 'x', roles: ['analyst'], channels: ['web'], customerId: 'C1' });
    const { filter } = parseListQuery({ q: 'ada ber*' }, access);
    expect(filter.groups).toEqual([['w:ada'], ['c:web'], ['u:C1']]);
    expect(new RegExp(filter.prefixes[0]!).test('w:berlin')).toBe(true);
    expect(new RegExp(filter.prefixes[0]!).test(personKey('berlin'))).toBe(false);
  });
});

describe('deadlines', () => {
  const since = NOW;
  const missed = {
    wait: 'PAYMENT' as const,
    since,
    dueAt: dueAt(DEFAULT_POLICY, 'PAYMENT', 'urgent', since),
    owner: 'finance',
    priority: 'urgent' as const,
    now: '2026-03-10T00:00:00.000Z',
  };

  it('are of what the order waits for', () => {
    expect(waitsOf(initial())).toEqual([]);
    expect(waitsOf(fold(placed))).toEqual(['SOURCING']);
    expect(waitsOf(fold(allocated))).toEqual(['PAYMENT']);
  });

  it('are missed once, when they are over, for what is still waited for', () => {
    const order = fold(allocated);
    const events = missDeadline(missed, order);
    expect(events).toMatchObject([{ type: 'OrderDeadlineMissed', data: { wait: 'PAYMENT', owner: 'finance' } }]);
    expect(missDeadline(missed, fold([...allocated, ...events]))).toEqual([]);
    expect(missDeadline({ ...missed, now: NOW }, order)).toEqual([]);
    expect(missDeadline({ ...missed, wait: 'REVIEW' }, order)).toEqual([]);
    const row = rows([...allocated, ...missDeadline({ ...missed, since: LATER }, order)]).at(-1)!;
    expect(row).toMatchObject({
      overdue: true,
      dueAt: null,
      waits: [{ state: 'PAYMENT', since: LATER, missed: true }],
    });
    expect(stored(row)).toContain('o:true');
  });

  it('change by a policy, which is checked', () => {
    const policy = changedPolicy(DEFAULT_POLICY, { PAYMENT: { hours: { urgent: 1 }, owner: 'desk_clerk' } });
    expect(dueAt(policy, 'PAYMENT', 'urgent', NOW)).toBe('2026-03-01T10:30:00.000Z');
    expect(policy.PAYMENT.hours.normal).toBe(DEFAULT_POLICY.PAYMENT.hours.normal);
    expect(() => changedPolicy(DEFAULT_POLICY, { NAPPING: {}, STOCK: { owner: 'x', hours: { vip: 0 } } })).toThrow(
      expect.objectContaining({ code: 'VALIDATION_FAILED', fields: expect.arrayContaining([]) }),
    );
  });
});

describe('the change between two states', () => {
  it('is the operations of RFC 6902', () => {
    expect(
      difference({ a: 1, b: [1, 2, 3], 'c/d': { '~': 1 } }, { a: 2, b: [1, 5], 'c/d': { '~': 2 }, e: null }),
    ).toEqual([
      { op: 'replace', path: '/a', value: 2 },
      { op: 'replace', path: '/b/1', value: 5 },
      { op: 'remove', path: '/b/2' },
      { op: 'replace', path: '/c~1d/~0', value: 2 },
      { op: 'add', path: '/e', value: null },
    ]);
  });
});
