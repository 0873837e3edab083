import type { CustomerEventData, CustomerProfile, Sealed } from '@orderloom/contracts';
import { SealBroken, type Vault } from '@orderloom/platform';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';

/** A customer as screens show it. Personal fields are in clear here, and go when the customer is erased. */
export interface CustomerView {
  _id: string;
  country?: string;
  locale?: 'zh-CN' | 'en';
  profile?: CustomerProfile;
  /** Lower-case words of name and company, for finding. */
  words?: string[];
  registeredAt: string;
  changedAt: string;
  erasedAt?: string;
}

/** Read model of `customer-` streams; unseals a batch's profiles at once. */
export function customersProjection(vault: Vault): ProjectionDefinition<CustomerView> {
  // By the event itself: a rebuild prepares its batches beside the live ones, and neither may drop the other's.
  const unsealed = new WeakMap<ProjectedEvent, CustomerProfile>();
  return {
    name: 'customers',
    version: 1,
    prefixes: ['customer-'],
    indexes: [{ key: { words: 1 } }, { key: { registeredAt: -1, _id: -1 } }],
    keyOf: ({ data }) => (data as { customerId: string }).customerId,
    async prepare(events) {
      await Promise.all(
        events.map(async (event) => {
          const { profile } = event.data as CustomerEventData['CustomerRegistered'];
          const clear = profile === undefined ? null : await readable(vault, profile);
          if (clear) unsealed.set(event, clear);
        }),
      );
    },
    evolve(doc, event) {
      const { type, data, time } = event;
      const { customerId, country, locale } = data as CustomerEventData['CustomerRegistered'];
      const registeredAt = doc?.registeredAt ?? time;
      if (type === 'CustomerErased') {
        return {
          _id: customerId,
          words: wordsOf(customerId, {}),
          registeredAt,
          changedAt: time,
          erasedAt: time,
        };
      }
      const profile = unsealed.get(event);
      return {
        _id: customerId,
        ...(country === undefined ? {} : { country }),
        ...(locale === undefined ? {} : { locale }),
        ...(profile === undefined ? {} : { profile }),
        words: wordsOf(customerId, profile ?? {}),
        registeredAt,
        changedAt: time,
      };
    },
  };
}

/** Null once erased, and for what this vault has never had a key for: one damaged text must not stop the read model. */
async function readable(vault: Vault, sealed: Sealed<CustomerProfile>): Promise<CustomerProfile | null> {
  try {
    return await vault.unseal(sealed);
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}

/** The words under which a customer is found. */
export const wordsOf = (customerId: string, { name, company, contactName, email }: CustomerProfile): string[] => [
  ...new Set(
    [customerId, name, company, contactName, email]
      .join(' ')
      .toLowerCase()
      .split(/[\s,;.'"()]+/)
      .filter((word) => word !== ''),
  ),
];
