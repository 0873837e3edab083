import type { DeliveryTerms, DeliveryTermsPublishedV1, DomainEventOf } from '@orderloom/contracts';

export type DeliveryTermsEvent = DomainEventOf<typeof DeliveryTermsPublishedV1>;

/** What was last told of one location. */
export interface ToldTerms {
  readonly terms: DeliveryTerms | null;
}

/** The aggregate of what a location promises; its id is the location. */
export const deliveryTerms = {
  prefix: 'deliveryterms',
  initial: (): ToldTerms => ({ terms: null }),
  evolve: (_state: ToldTerms, event: DeliveryTermsEvent): ToldTerms => ({ terms: event.data }),
};

const content = ({ occurredAt: _at, ...terms }: DeliveryTerms): string => JSON.stringify(terms);

/** The same terms again are no event. */
export const publishTerms = (terms: DeliveryTerms, { terms: told }: ToldTerms): DeliveryTermsEvent[] =>
  told !== null && content(told) === content(terms) ? [] : [{ type: 'DeliveryTermsPublished', data: terms }];
