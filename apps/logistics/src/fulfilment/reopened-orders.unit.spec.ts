import { cancel, create } from './decide.js';
import { fulfilment } from './fulfilment.js';

const AT = '2026-03-01T09:00:00.000Z';
const facts = {
  fulfilmentId: 'f2',
  orderId: 'o1',
  orderNumber: '1001',
  location: 'main',
  lines: [{ lineId: 'L1', sku: 'A', name: 'A', quantity: 1, reservationId: 'r1' }],
  shipTo: { country: 'DE' },
  epoch: 1,
};

describe('a release of an order that was taken up again', () => {
  const released = create(facts, fulfilment.initial()).reduce(fulfilment.evolve, fulfilment.initial());

  it('is not ended by an earlier end that is heard of once more', () => {
    expect(cancel('R', AT, released)).toEqual([]);
    expect(cancel('R', AT, released, 1)).toMatchObject([{ type: 'FulfilmentCancelled' }]);
  });
});
