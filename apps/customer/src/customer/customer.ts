import { type CustomerEvent, type CustomerEventData, Refused } from '@orderloom/contracts';

type Registered = CustomerEventData['CustomerRegistered'];

/** A customer, folded from its stream. */
export type Customer =
  | { readonly status: 'unknown' }
  | { readonly status: 'known'; readonly profile: Profile }
  | { readonly status: 'erased'; readonly customerId: string };

/** What is recorded of a customer. */
export interface Profile {
  readonly customerId: string;
  readonly country?: string;
  readonly locale?: 'zh-CN' | 'en';
  readonly profile?: Registered['profile'];
  readonly origin?: Registered['origin'];
}

export const initial = (): Customer => ({ status: 'unknown' });

export function evolve(state: Customer, event: CustomerEvent): Customer {
  switch (event.type) {
    case 'CustomerRegistered':
    case 'CustomerChanged':
      return state.status === 'erased' ? state : { status: 'known', profile: event.data };
    case 'CustomerErased':
      return { status: 'erased', customerId: event.data.customerId };
    default:
      return event satisfies never;
  }
}

/**
 * Registers a customer or changes what is known, as a whole. Sealed twice, the same words give two texts: a profile that
 * says what is recorded already must come with the sealed text that is recorded, and then changes nothing.
 * @throws Refused CUSTOMER_ERASED: an erased customer does not come back under the same id
 */
export const save =
  (data: Registered) =>
  (state: Customer): CustomerEvent[] => {
    switch (state.status) {
      case 'unknown':
        return [{ type: 'CustomerRegistered', data }];
      case 'known': {
        const before = state.profile;
        const same = before.profile === data.profile && before.country === data.country;
        return same && before.locale === data.locale ? [] : [{ type: 'CustomerChanged', data }];
      }
      case 'erased':
        throw new Refused('CUSTOMER_ERASED', { customerId: data.customerId });
      default:
        return state satisfies never;
    }
  };

/** Registers a customer that an order names and nobody has entered; one that is known or erased stays as it is. */
export const noticeFromOrder =
  (data: Registered) =>
  (state: Customer): CustomerEvent[] =>
    state.status === 'unknown' ? [{ type: 'CustomerRegistered', data }] : [];

/** Records that the personal data is to be made unreadable. Said twice, done once. */
export const erase =
  (data: CustomerEventData['CustomerErased']) =>
  (state: Customer): CustomerEvent[] => {
    switch (state.status) {
      case 'unknown':
        throw new Refused('CUSTOMER_NOT_FOUND', { customerId: data.customerId });
      case 'known':
        return [{ type: 'CustomerErased', data }];
      case 'erased':
        return [];
      default:
        return state satisfies never;
    }
  };
