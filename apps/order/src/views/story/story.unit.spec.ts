import { eventCatalogue } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { moreStates } from '../../order/more.cells.js';
import { ORDER_ID } from '../../order/order.fixtures.js';
import { streamsOf } from './elsewhere.js';
import { elsewhereText } from './story-texts.js';

describe('what others did for an order', () => {
  it('is told in both languages', () => {
    const own =
      /^(Sourcing(?!Profile)|Shortage|Fulfilment(?!Released)|Picking|Packing|UnitsScanned|Shipment|CarrierClaim|Notification|Return(?!Settled))/;
    const told = eventCatalogue.filter(({ name }) => own.test(name));
    expect(told.length).toBeGreaterThan(40);
    const english = told.filter(({ name, service }) => {
      const [chinese, text] = [elsewhereText(service, name, 'zh-CN'), elsewhereText(service, name, 'en')];
      return !/\p{Script=Han}/u.test(chinese) || /\p{Script=Han}/u.test(text);
    });
    expect(english.map(({ name }) => name)).toEqual([]);
  });

  it('is found in their streams: returns, and the notices of every occasion', () => {
    const streams = streamsOf(moreStates.returned);
    const { customerId } = moreStates.returned;
    const key = deterministicId('recipient', customerId === null ? `order:${ORDER_ID}` : `customer:${customerId}`);
    expect(streams).toEqual(
      expect.arrayContaining([
        `sourcing-${ORDER_ID}`,
        'return-RT',
        'shipment-S1',
        `notification-${deterministicId('notification', ORDER_ID, 'confirmed', key)}`,
        `notification-${deterministicId('notification', ORDER_ID, 'shipped', key, 'S1')}`,
      ]),
    );
    expect(new Set(streams).size).toBe(streams.length);
  });
});
