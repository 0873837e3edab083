import { draft, fold, NOW } from '../order/order.fixtures.js';
import { suggest, wordsOf } from './suggest.js';

const order = (orderId: string, number: string) =>
  fold([
    { type: 'OrderSubmitted', data: { ...draft(), orderId, number, mode: 'live' } },
    { type: 'OrderConfirmed', data: { checks: [], occurredAt: NOW } },
  ]);

describe('money on a statement', () => {
  it('is read for words that may be order numbers', () => {
    expect(wordsOf('Pay order dep-1001, 3K7QM-0XVTA; thanks! 订单12345')).toEqual([
      'DEP-1001',
      '3K7QM-0XVTA',
      '订单12345',
    ]);
    expect(wordsOf('rent for May')).toEqual([]);
  });

  it('is for the order it names and whose amount fits, rather than for one of these', () => {
    const orders = [order('o1', 'A-1'), order('o2', 'B-2'), order('o3', 'C-3')];
    const incoming = { amount: 4400, currency: 'EUR', words: ['B-2'] };
    expect(suggest(incoming, orders).map(({ orderId, because }) => [orderId, because])).toEqual([
      ['o2', 'exact'],
      ['o1', 'amount'],
      ['o3', 'amount'],
    ]);
    expect(suggest({ ...incoming, amount: 4000 }, orders)).toMatchObject([{ orderId: 'o2', because: 'number' }]);
    expect(suggest({ ...incoming, currency: 'USD' }, orders)).toEqual([]);
  });
});
