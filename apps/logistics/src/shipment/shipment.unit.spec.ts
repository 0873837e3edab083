import type { ShipmentEvent } from '@orderloom/contracts';
import { givenFor, spec } from '@orderloom/testing';
import { deliver, dispatch, inTransit, outForDelivery } from './decide.js';
import { type Shipment, shipment } from './shipment.js';

const AT = '2026-03-01T09:00:00.000Z';
const facts = {
  shipmentId: 's1',
  fulfilmentId: 'f1',
  orderId: 'o1',
  orderNumber: '1001',
  location: 'main',
  carrier: 'speedy-express',
  trackingNumber: 'SE00000000001',
  country: 'DE',
  lines: [{ lineId: 'L1', sku: 'A', quantity: 2, reservationId: 'r1' }],
  occurredAt: AT,
};
const tracking = { shipmentId: 's1', orderId: 'o1', occurredAt: AT };
const past: ShipmentEvent[] = [
  { type: 'ShipmentDispatched', data: facts },
  { type: 'ShipmentInTransit', data: tracking },
  { type: 'ShipmentOutForDelivery', data: tracking },
  { type: 'ShipmentDelivered', data: { ...tracking, fulfilmentId: 'f1', lines: [{ lineId: 'L1', quantity: 2 }] } },
];
const commands: ((state: Shipment) => ShipmentEvent[])[] = [
  (s) => dispatch(facts, s),
  (s) => inTransit('s1', AT, s),
  (s) => outForDelivery('s1', AT, s),
  (s) => deliver('s1', AT, s),
];
const given = givenFor(shipment);

describe('a shipment', () => {
  commands.forEach((command, index) => {
    const type = past[index]?.type ?? '';
    it(`${type}: once, and never after a later scan`, () => {
      for (let reached = 1; reached <= past.length; reached++) {
        const outcome = given(...past.slice(0, reached)).when(command);
        if (reached > index) outcome.thenNothing();
        else outcome.thenTypes(type);
      }
    });
  });

  it('that was never dispatched cannot move', () => {
    for (const command of commands.slice(1)) spec(shipment).when(command).thenRefused('SHIPMENT_NOT_FOUND');
  });

  it('tells what was delivered', () => {
    given(...past.slice(0, 1))
      .when((s) => deliver('s1', AT, s))
      .then(past[3] as ShipmentEvent);
  });
});
