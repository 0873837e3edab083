import { MatchKeys } from './match-keys.js';
import { RecentOrders, type RememberedOrder, similarityOf } from './recent-orders.js';

const MINUTE = 60_000;
const order = (orderId: string, change: Partial<RememberedOrder> = {}): RememberedOrder => ({
  orderId,
  number: orderId,
  at: 0,
  keys: ['c1', 'p1', 'a1'],
  basket: [['A', 2]],
  ...change,
});

describe('how much two orders are alike', () => {
  const first = order('1');
  it.each([
    ['all of it', {}, 1],
    ['other goods', { basket: [['B', 2]] }, 0.5],
    ['half of the goods', { basket: [['A', 4]] }, 0.75],
    ['another address', { keys: ['c1', 'p1', 'a2'] }, 0.85],
    ['somebody else with the same phone and goods', { keys: ['c2', 'p1', 'a2'] }, 0.6],
    ['no phone told', { keys: ['c1', 'a1'] }, 1],
  ] as [string, Partial<RememberedOrder>, number][])('%s', (_what, change, expected) => {
    expect(similarityOf(first, order('2', change))).toBe(expected);
  });
});

describe('recent orders', () => {
  it('find earlier ones of the same person within the window, the most alike first', () => {
    const recent = new RecentOrders(100, 60 * MINUTE);
    recent.add(order('old', { at: -120 * MINUTE }));
    recent.add(order('other', { keys: ['c9'] }));
    recent.add(order('half', { at: -2 * MINUTE, basket: [['A', 4]] }));
    recent.add(order('same', { at: -5 * MINUTE }));
    expect(
      recent.similar(order('new')).map(({ orderId, similarity, minutes }) => [orderId, similarity, minutes]),
    ).toEqual([
      ['same', 1, 5],
      ['half', 0.75, 2],
    ]);
  });

  it('forget the oldest and what was taken back', () => {
    const recent = new RecentOrders(2);
    for (const id of ['1', '2', '3']) recent.add(order(id));
    expect(recent.similar(order('new')).map(({ orderId }) => orderId)).toEqual(['2', '3']);
    recent.remove('2');
    expect(recent.similar(order('new')).map(({ orderId }) => orderId)).toEqual(['3']);
    expect(recent.add(order('3'))).toBe(false);
  });

  it('know what is usual', () => {
    const recent = new RecentOrders();
    recent.add(order('1', { basket: [['A', 2]] }));
    recent.add(order('2', { basket: [['A', 4]], keys: ['c2'] }));
    expect(recent.usual('A', ['c1'])).toEqual({ orders: 2, mean: 3, largest: 4, ownOrders: 1, ownLargest: 2 });
    expect(recent.usual('B', [])).toBeUndefined();
  });
});

describe('match keys', () => {
  const keys = new MatchKeys(Buffer.alloc(32, 1).toString('base64'));
  const address = { name: 'N', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' };

  it('are the same however it is written, and other ones under another key', () => {
    const one = keys.of({ customerId: 'C1', contact: { phone: '+49 30 901820' }, address });
    expect(
      keys.of({ customerId: 'C1', contact: { phone: '030-901820' }, address: { ...address, street: 'TESTSTR 1' } }),
    ).toEqual(one);
    expect(one.map((key) => key[0])).toEqual(['c', 'p', 'a']);
    const others = new MatchKeys(Buffer.alloc(32, 2).toString('base64')).of({ customerId: 'C1', address });
    expect(one.filter((key) => others.includes(key))).toEqual([]);
  });
});
