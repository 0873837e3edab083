import { reopen } from './decide-end.js';
import { erasePersonalData } from './decide-erase.js';
import { placed, run, states } from './order.cells.js';
import { LATER, NOW } from './order.fixtures.js';
import { evolve, initial, type Order } from './order.js';

const command = { keyIds: ['guest:1', 'order:1'], requestedBy: 'desk', now: LATER };
const guest = (order: Order): Order => ({ ...order, customerId: null });
const after = (order: Order): Order => erasePersonalData(command, order).reduce(evolve, order);

describe('erasing what is known of a guest', () => {
  it('is recorded once, with every key, when the order is over', () => {
    for (const order of [states.completed, states.cancelled, { ...states.paymentFailed, status: 'EXPIRED' } as Order]) {
      const [event, ...more] = erasePersonalData(command, guest(order));
      expect(event).toEqual({
        type: 'OrderPersonalDataErased',
        data: { orderId: order.orderId, keyIds: command.keyIds, requestedBy: 'desk', occurredAt: LATER },
      });
      expect(more).toEqual([]);
      expect(erasePersonalData(command, after(guest(order)))).toEqual([]);
    }
  });

  it('is refused while the order is open, for orders of customers, and for none', () => {
    const open = guest(run(placed('invoice')));
    expect(() => erasePersonalData(command, open)).toThrow(expect.objectContaining({ code: 'ORDER_STILL_OPEN' }));
    const theirs = { ...states.completed, customerId: 'C1' };
    expect(() => erasePersonalData(command, theirs)).toThrow(expect.objectContaining({ code: 'ORDER_OF_CUSTOMER' }));
    expect(() => erasePersonalData(command, initial())).toThrow(expect.objectContaining({ code: 'ORDER_NOT_FOUND' }));
  });

  it('takes orders of the past, whatever they say', () => {
    const past = guest({ ...run(placed('invoice')), mode: 'history' });
    expect(erasePersonalData(command, past)).toHaveLength(1);
  });

  it('leaves nothing to take up again', () => {
    const erased = after(guest(states.cancelled));
    expect(() => reopen({ reason: 'CUSTOMER_REQUEST', now: NOW }, erased)).toThrow(
      expect.objectContaining({ code: 'PERSONAL_DATA_ERASED' }),
    );
  });
});
