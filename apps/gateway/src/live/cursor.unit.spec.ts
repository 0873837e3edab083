import fc from 'fast-check';
import { Cursor } from './cursor.js';

const place = fc.record({
  topic: fc.constantFrom('orders.v1', 'inventory.v1', 'logistics.v1'),
  partition: fc.integer({ min: 0, max: 23 }),
  offset: fc.bigInt({ min: 0n, max: 2n ** 40n }),
});

describe('cursor of the live feed', () => {
  it('survives its text form', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1 }), (places) => {
        const cursor = new Cursor();
        for (const { topic, partition, offset } of places) cursor.advance(topic, partition, offset);
        const read = Cursor.parse(cursor.toString());
        expect(read?.places()).toEqual(cursor.places());
        for (const { topic, partition, offset } of places) expect(read?.covers(topic, partition, offset)).toBe(true);
      }),
    );
  });

  it('never goes back', () => {
    const cursor = new Cursor();
    cursor.advance('orders.v1', 0, 7n);
    cursor.advance('orders.v1', 0, 3n);
    expect(cursor.nextOf('orders.v1', 0)).toBe(8n);
    expect(cursor.covers('orders.v1', 0, 8n)).toBe(false);
    expect(cursor.covers('orders.v1', 1, 0n)).toBe(false);
  });

  it.each(['', 'hello', 'b3JkZXJz', Buffer.from('orders.v1:0=x').toString('base64url')])('refuses %j', (text) => {
    expect(Cursor.parse(text)).toBeUndefined();
  });
});
