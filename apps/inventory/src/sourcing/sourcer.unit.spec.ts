import fc from 'fast-check';
import { available, placeOf, stockId } from '../stock/stock.js';
import { context, World } from './sourcer.fixtures.js';
import type { OpenLine } from './sourcing.js';

const line = (quantity: number, sku = 'A', lineId = 'L1'): OpenLine => ({ lineId, sku, quantity });

describe('sourcing an order', () => {
  it('reserves and says why', async () => {
    const world = new World();
    await world.receive('main', 'A', 5);
    await world.confirm('o1', [line(2)]);
    expect(available(world.stock('main', 'A'))).toBe(3);
    expect(world.sourcing('o1').allocations).toMatchObject([{ location: 'main', quantity: 2 }]);
  });

  it('prefers one location, splits when it must, and waits for the rest', async () => {
    const world = new World();
    await world.receive('east', 'A', 4);
    await world.receive('main', 'A', 6);
    await world.confirm('o1', [line(5)]);
    expect(world.sourcing('o1').allocations.map(({ location, quantity }) => [location, quantity])).toEqual([
      ['main', 5],
    ]);
    await world.confirm('o2', [line(7)]);
    expect(world.sourcing('o2').allocations.map(({ location, quantity }) => [location, quantity])).toEqual([
      ['east', 4],
      ['main', 1],
    ]);
    expect(world.sourcing('o2').open).toEqual([line(2)]);
  });

  it('asks the store only where memory does not know of plenty', async () => {
    const world = new World();
    await world.receive('east', 'A', 4);
    await world.receive('main', 'A', 60);
    world.ledgers.memory = new Map(world.ledgers.states);
    await world.confirm('o1', [line(5)]);
    expect(world.ledgers.loads).toBe(0);
    await world.confirm('o2', [line(31)]);
    expect(world.ledgers.loads).toBe(2);
    expect([world.sourcing('o1'), world.sourcing('o2')].map(({ open }) => open)).toEqual([[], []]);
  });

  it('finds what lies elsewhere when another process took what memory knew of', async () => {
    const world = new World();
    await world.receive('east', 'A', 8);
    await world.receive('main', 'A', 20);
    const before = new Map(world.ledgers.states);
    await world.confirm('o1', [line(18)]);
    world.ledgers.memory = before;
    await world.confirm('o2', [line(6)]);
    expect(world.sourcing('o2')).toMatchObject({ open: [] });
    expect(world.sourcing('o2').allocations.reduce((sum, one) => sum + one.quantity, 0)).toBe(6);
    const left = ['east', 'main'].reduce((sum, location) => sum + available(world.stock(location, 'A')), 0);
    expect(left).toBe(4);
  });

  it('never gives two orders of a batch the same units', async () => {
    const world = new World();
    await world.receive('main', 'A', 5);
    const requests = ['o1', 'o2', 'o3'].map((orderId) => ({ orderId, number: 0, lines: [line(2)], context }));
    await world.sourcer.source(requests);
    expect(requests.map(({ orderId }) => world.sourcing(orderId).open[0]?.quantity ?? 0)).toEqual([0, 0, 1]);
    expect(available(world.stock('main', 'A'))).toBe(0);
  });

  it('makes the same reservations again when it was killed before the decision, at one location and at several', async () => {
    for (const locations of [['main'], ['main', 'east']]) {
      const world = new World();
      for (const location of locations) await world.receive(location, 'A', 5);
      world.decisions.killIn = 1;
      const [outcome] = await world.confirm('o1', [line(4)]);
      expect(outcome?.ok).toBe(false);
      await world.receive('east', 'A', 20);
      world.decisions.killIn = Number.POSITIVE_INFINITY;
      await world.confirm('o1', [line(4)]);
      const reserved = [...world.ledgers.states].map(([id, state]) => [placeOf(id).location, state.reserved]);
      expect(reserved.reduce((sum, [, units]) => sum + Number(units), 0)).toBe(4);
      expect(world.sourcing('o1').allocations.reduce((sum, one) => sum + one.quantity, 0)).toBe(4);
    }
  });

  it('keeps the first decision when it is asked again', async () => {
    const world = new World();
    await world.receive('main', 'A', 5);
    await world.confirm('o1', [line(2)]);
    const before = world.sourcing('o1');
    await world.receive('east', 'A', 50);
    await world.confirm('o1', [line(2)]);
    expect(world.sourcing('o1')).toEqual(before);
    expect(world.stock('east', 'A').reserved).toBe(0);
  });

  it('leaves units alone that orders before it wait for', async () => {
    const world = new World();
    world.claims = new Map([['A', 4]]);
    await world.receive('main', 'A', 5);
    await world.confirm('o9', [line(3)]);
    expect(world.sourcing('o9').allocations).toMatchObject([{ quantity: 1 }]);
  });
});

describe('orders that wait', () => {
  it('are served first come first served when goods arrive', async () => {
    const world = new World();
    await world.confirm('o1', [line(3)]);
    await world.confirm('o2', [line(3)]);
    await world.receive('main', 'A', 4);
    await world.again('o1', 'o2');
    expect(world.sourcing('o1').open).toEqual([]);
    expect(world.sourcing('o2').open).toEqual([line(2)]);
    const decisions = world.sourcing('o2').decisionIds.length;
    await world.again('o1', 'o2');
    expect(world.sourcing('o2').decisionIds).toHaveLength(decisions);
  });

  it('give everything back when they are cancelled, also what was reserved while that happened', async () => {
    const world = new World();
    await world.confirm('o1', [line(3)]);
    await world.receive('main', 'A', 2);
    const stale = world.sourcing('o1');
    await world.cancel('o1');
    await world.sourcer.sourceAgain([{ orderId: 'o1', number: stale.decisionIds.length, lines: stale.open, context }]);
    expect(world.stock('main', 'A').reserved).toBe(0);
  });

  it('that were cancelled hold nothing, even when a decision was killed half-way', async () => {
    const world = new World();
    await world.confirm('o1', [line(3)]);
    await world.receive('main', 'A', 2);
    world.decisions.killIn = 1;
    await world.again('o1');
    expect(world.stock('main', 'A').reserved).toBe(2);
    world.decisions.killIn = Number.POSITIVE_INFINITY;
    await world.cancel('o1');
    expect(world.stock('main', 'A').reserved).toBe(0);
  });
});

type Input =
  | { readonly kind: 'confirm' | 'cancel' | 'ship' | 'again'; readonly order: number }
  | { readonly kind: 'receive'; readonly receipt: number };

describe('every input twice, late and in any order, with kills in between', () => {
  const skus = ['A', 'B'];
  const locations = ['main', 'east'];
  const orderArbitrary = fc.record({
    lines: fc.array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 6 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    cancelled: fc.boolean(),
  });
  const receiptArbitrary = fc.record({
    sku: fc.constantFrom(...skus),
    location: fc.constantFrom(...locations),
    quantity: fc.integer({ min: 1, max: 10 }),
  });

  it('ends with every reservation held for an order that goes on, or matched by a release or a shipment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(orderArbitrary, { minLength: 1, maxLength: 5 }),
        fc.array(receiptArbitrary, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat(1_000_000)),
        fc.array(fc.nat(4), { maxLength: 3 }),
        async (orders, receipts, randomness, kills) => {
          const world = new World();
          const linesOf = (order: number): OpenLine[] =>
            orders[order]!.lines.map(({ sku, quantity }, at) => ({ lineId: `L${at + 1}`, sku, quantity }));
          const deliver = async (input: Input): Promise<void> => {
            if (input.kind === 'receive') {
              const { sku, location, quantity } = receipts[input.receipt]!;
              return world.receive(location, sku, quantity, `r${input.receipt}`);
            }
            const orderId = `o${input.order}`;
            if (input.kind === 'confirm') await world.confirm(orderId, linesOf(input.order));
            else if (input.kind === 'cancel') await world.cancel(orderId);
            else if (input.kind === 'again') await world.again(orderId);
            else if (!orders[input.order]!.cancelled) await world.ship(orderId);
          };
          const inputs: Input[] = [
            ...orders.flatMap(({ cancelled }, order): Input[] => [
              { kind: 'confirm', order },
              { kind: 'again', order },
              { kind: 'ship', order },
              ...(cancelled ? [{ kind: 'cancel', order } as const] : []),
            ]),
            ...receipts.map((_, receipt): Input => ({ kind: 'receive', receipt })),
          ];
          const random = randomness[Symbol.iterator]();
          const shuffled = [...inputs, ...inputs]
            .map((input) => ({ input, at: random.next().value ?? 0 }))
            .sort((a, b) => a.at - b.at);
          for (const [index, { input }] of shuffled.entries()) {
            if (index % 5 === 4 && kills.length > 0) world.decisions.killIn = kills.pop()!;
            await deliver(input).catch(() => undefined);
            world.decisions.killIn = Number.POSITIVE_INFINITY;
          }
          // What failed is delivered again, in causal order, until nothing changes.
          for (let pass = 0; pass < 3; pass++) for (const input of inputs) await deliver(input);

          const held = new Map<string, number>();
          for (const [order, { cancelled }] of orders.entries()) {
            const state = world.sourcing(`o${order}`);
            expect(state.status).toBe(cancelled ? 'CANCELLED' : 'DECIDED');
            if (cancelled) continue;
            const shipped = state.open.length === 0;
            for (const { location, sku, quantity } of shipped ? [] : state.allocations) {
              const id = stockId(location, sku);
              held.set(id, (held.get(id) ?? 0) + quantity);
            }
            for (const { lineId, quantity } of linesOf(order)) {
              const got = state.allocations
                .filter((one) => one.lineId === lineId)
                .reduce((sum, one) => sum + one.quantity, 0);
              const waits = state.open.find((one) => one.lineId === lineId)?.quantity ?? 0;
              expect(got + waits).toBe(quantity);
            }
          }
          for (const [id, state] of world.ledgers.states) {
            expect(state.reserved).toBe(held.get(id) ?? 0);
            expect(available(state)).toBeGreaterThanOrEqual(0);
            expect(state.received).toBe(available(state) + state.reserved + state.consumed - state.adjusted);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
