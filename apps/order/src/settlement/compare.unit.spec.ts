import { allocate } from '../order/decide-allocate.js';
import { capturePayment } from '../order/decide-payment.js';
import { submit } from '../order/decide-submit.js';
import { draft, fold, LATER, ORDER_ID, sourced } from '../order/order.fixtures.js';
import { initial } from '../order/order.js';
import { compareRow, movedAt, type SettlementRow, setAgainst } from './compare.js';

const P1 = `${ORDER_ID}-P1`;
const placed = fold(submit({ draft: draft({ paymentTerms: 'prepaid' }), checks: [] }, initial()));
const asked = fold(allocate(sourced(placed, 'D1'), placed), placed);
const part = (captureId: string, amount: number, from = asked) =>
  fold(
    capturePayment(
      {
        paymentId: P1,
        captureId,
        amount,
        currency: 'EUR',
        providerReference: captureId,
        occurredAt: LATER,
        now: LATER,
      },
      from,
    ),
    from,
  );
const paid = part('c2', 3400, part('c1', 1000));
const row = (change: Partial<SettlementRow> = {}): SettlementRow => ({
  kind: 'payment',
  id: P1,
  reference: 'c1',
  amount: 1000,
  currency: 'EUR',
  fee: 0,
  occurredAt: LATER,
  ...change,
});

describe('a row of a settlement file', () => {
  it('agrees as a part or as the whole of a payment', () => {
    expect(compareRow(row(), 'simulated', paid)).toEqual({ difference: null, ledger: 1000 });
    expect(compareRow(row({ reference: 'x', amount: 4400 }), 'simulated', paid)).toEqual({
      difference: null,
      ledger: 4400,
    });
  });

  it.each([
    [{ amount: 999 }, 'simulated', 'AMOUNT_DIFFERS'],
    // Taken back by the customer's bank.
    [{ amount: -1000 }, 'simulated', 'AMOUNT_DIFFERS'],
    [{ currency: 'USD' }, 'simulated', 'CURRENCY_DIFFERS'],
    [{}, 'stripe', 'NOT_IN_LEDGER'],
    [{ kind: 'refund' as const }, 'simulated', 'NOT_IN_LEDGER'],
  ])('differs: %j of %s is %s', (change, provider, difference) => {
    expect(compareRow(row(change), provider, paid).difference).toBe(difference);
  });

  it('belongs to no order', () => {
    expect(compareRow(row(), 'simulated', initial())).toEqual({ difference: 'UNKNOWN_ID', ledger: null });
    expect(movedAt('simulated', paid).map(({ amount }) => amount)).toEqual([1000, 3400]);
  });
});

describe('rows about one payment', () => {
  const at = (reference: string, amount: number) => ({ reference, amount });
  const moves = [at('c1', 1000), at('c2', 3400)];

  it.each([
    ['one for each part', [at('c1', 1000), at('c2', 3400)], [], []],
    ['one for all parts', [at('x', 4400)], [], []],
    ['one part that is not told', [at('c1', 1000)], [], [1]],
    ['a part taken twice by the provider', [at('x', 1000), at('c1', 1000), at('c2', 3400)], [0], []],
    ['all taken twice', [at('x', 4400), at('y', 4400)], [1], []],
    ['a part beside the whole', [at('c1', 1000), at('x', 4400)], [0], []],
    ['none', [], [], [0, 1]],
  ] as const)('are set against the ledger: %s', (_name, rows, beyond, untold) => {
    expect(setAgainst(rows, moves)).toEqual({ beyond, untold });
  });

  it('are not taken for the same where two parts are alike', () => {
    const alike = [at('c1', 500), at('c2', 500)];
    expect(setAgainst(alike, alike)).toEqual({ beyond: [], untold: [] });
    expect(setAgainst([at('c2', 500)], alike)).toEqual({ beyond: [], untold: [0] });
  });
});
