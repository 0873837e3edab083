import type { CustomerEventData, CustomerProfile } from '@orderloom/contracts';
import type { Vault } from '@orderloom/platform';
import type { ProjectionDefinition } from '@orderloom/projections';

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
  const unsealed = new Map<string, CustomerProfile | null>();
  return {
    name: 'customers',
    version: 1,
    prefixes: ['customer-'],
    indexes: [{ key: { words: 1 } }, { key: { registeredAt: -1, _id: -1 } }],
    keyOf: ({ data }) => (data as { customerId: string }).customerId,
    async prepare(events) {
      const sealed = events.flatMap(({ id, data }) => {
        const { profile } = data as CustomerEventData['CustomerRegistered'];
        return profile === undefined ? [] : [{ id, profile }];
      });
      const opened = await vault.unsealMany(sealed.map(({ profile }) => profile));
      unsealed.clear();
      for (const [index, { id }] of sealed.entries()) unsealed.set(id, opened[index] ?? null);
    },
    evolve(doc, { id, type, data, time }) {
      const registeredAt = doc?.registeredAt ?? time;
      if (type === 'CustomerErased') {
        return {
          _id: (data as CustomerEventData['CustomerErased']).customerId,
          registeredAt,
          changedAt: time,
          erasedAt: time,
        };
      }
      const { customerId, country, locale } = data as CustomerEventData['CustomerRegistered'];
      const profile = unsealed.get(id) ?? undefined;
      return {
        _id: customerId,
        ...(country === undefined ? {} : { country }),
        ...(locale === undefined ? {} : { locale }),
        ...(profile === undefined ? {} : { profile, words: wordsOf(customerId, profile) }),
        registeredAt,
        changedAt: time,
      };
    },
  };
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
