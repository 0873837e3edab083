import type { CustomerEvent } from '@orderloom/contracts';
import fc from 'fast-check';
import { type Customer, erase, evolve, initial, noticeFromOrder, save } from './customer.js';

const data = { customerId: 'ALFKI', country: 'DE', locale: 'en' as const, profile: 'sealed:v1:customer:ALFKI:first' };
const erased = {
  customerId: 'ALFKI',
  keyId: 'customer:ALFKI',
  requestedBy: 'admin',
  occurredAt: '2026-01-01T00:00:00.000Z',
};
const states: Record<string, Customer> = {
  unknown: initial(),
  known: evolve(initial(), { type: 'CustomerRegistered', data }),
  erased: evolve(initial(), { type: 'CustomerErased', data: erased }),
};
const commands: Record<string, (state: Customer) => CustomerEvent[]> = {
  'save the same': save(data),
  'save another country': save({ ...data, country: 'FR' }),
  'save another profile': save({ ...data, profile: 'sealed:v1:customer:ALFKI:other' }),
  'notice from order': noticeFromOrder(data),
  erase: erase(erased),
};

/** What every command does in every state: an event, nothing, or a refusal. */
const outcomes: Record<string, Record<string, string>> = {
  unknown: {
    'save the same': 'CustomerRegistered',
    'save another country': 'CustomerRegistered',
    'save another profile': 'CustomerRegistered',
    'notice from order': 'CustomerRegistered',
    erase: 'refused CUSTOMER_NOT_FOUND',
  },
  known: {
    'save the same': '',
    'save another country': 'CustomerChanged',
    'save another profile': 'CustomerChanged',
    'notice from order': '',
    erase: 'CustomerErased',
  },
  erased: {
    'save the same': 'refused CUSTOMER_ERASED',
    'save another country': 'refused CUSTOMER_ERASED',
    'save another profile': 'refused CUSTOMER_ERASED',
    'notice from order': '',
    erase: '',
  },
};

function outcome(decide: (state: Customer) => CustomerEvent[], state: Customer): string {
  try {
    return decide(state)
      .map((event) => event.type)
      .join();
  } catch (error) {
    return `refused ${(error as { code: string }).code}`;
  }
}

describe('a customer', () => {
  for (const [state, row] of Object.entries(outcomes)) {
    for (const [command, expected] of Object.entries(row)) {
      it(`${state}, ${command}: ${expected || 'nothing'}`, () => {
        expect(outcome(commands[command]!, states[state]!)).toBe(expected);
      });
    }
  }

  it('once erased never comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.values(commands))), (decisions) => {
        let state: Customer = states['erased']!;
        for (const decide of decisions) {
          try {
            state = decide(state).reduce(evolve, state);
          } catch {
            // a refusal leaves the state as it is
          }
        }
        expect(state.status).toBe('erased');
      }),
    );
  });
});
