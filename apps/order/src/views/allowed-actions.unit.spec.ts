import { Access } from '@orderloom/platform';
import { possibleActions } from '../order/actions.js';
import { moreStates } from '../order/more.cells.js';
import { LATER } from '../order/order.fixtures.js';
import { ACTION_NEEDS, allowedActions } from './allowed-actions.js';

const finance = new Access({ subject: 'f', roles: ['finance'] });
const clerk = new Access({ subject: 'c', roles: ['desk_clerk'] });

describe('what can be done with an order', () => {
  it('is said in every state, each with the reason why not and the permission it needs', () => {
    for (const order of Object.values(moreStates)) {
      const actions = possibleActions(order, LATER);
      expect(actions.map(({ action }) => action).sort()).toEqual(Object.keys(ACTION_NEEDS).sort());
      for (const { possible, code } of actions) expect(possible).toBe(code === undefined);
    }
  });

  it('follows what the endpoints need', () => {
    const of = (access: Access) =>
      Object.fromEntries(
        allowedActions(moreStates.paidReleased, LATER, 'en', access).map(({ action, possible, code }) => [
          action,
          possible || code,
        ]),
      );
    expect(of(clerk)).toMatchObject({ requestRefund: 'PERMISSION_MISSING', note: true, stop: true });
    expect(of(finance)).toMatchObject({ requestRefund: true, note: 'PERMISSION_MISSING', amend: 'PERMISSION_MISSING' });
  });
});
