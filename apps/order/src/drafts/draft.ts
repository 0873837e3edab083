import type { Sealed } from '@orderloom/contracts';
import type { Aggregate } from '@orderloom/event-sourcing';

/** Body of `POST /api/orders`, as far as it is known. */
export type DraftContent = Readonly<Record<string, unknown>>;

/** What a draft shows without opening its content. */
export interface DraftSummary {
  channel: string;
  customerId?: string;
  currency?: string;
  /** what it would cost now, minor units; absent while that cannot be said */
  total?: number;
  lines: { sku: string; quantity: number }[];
  /** what is still missing before it can be placed */
  problems: { path: string; code: string }[];
}

/**
 * Stored events of a `draft-{draftId}` stream. Kept for this service: nothing of a draft is reserved, owed or told.
 * The order it becomes has the same id.
 */
export type DraftEvent =
  | {
      readonly type: 'DraftSaved';
      readonly data: DraftSummary & {
        draftId: string;
        content: Sealed<DraftContent>;
        expiresAt: string;
        occurredAt: string;
      };
    }
  | {
      readonly type: 'QuoteIssued';
      readonly data: {
        quoteId: string;
        total: number;
        currency: string;
        /** with every price written out, so that they hold */
        content: Sealed<DraftContent>;
        /** of the secret in the customer's link */
        secretHash: string;
        expiresAt: string;
        occurredAt: string;
      };
    }
  | { readonly type: 'QuoteAccepted'; readonly data: { quoteId: string; occurredAt: string } }
  | { readonly type: 'DraftSubmitted'; readonly data: { orderId: string; number: string; occurredAt: string } }
  | { readonly type: 'DraftDiscarded'; readonly data: { reason: string; occurredAt: string } }
  | { readonly type: 'DraftExpired'; readonly data: { expiresAt: string; occurredAt: string } };

export const DRAFT_STATUSES = ['DRAFT', 'QUOTED', 'SUBMITTED', 'DISCARDED', 'EXPIRED'] as const;
export type DraftStatus = 'NONE' | (typeof DRAFT_STATUSES)[number];

export interface Quote {
  readonly quoteId: string;
  readonly total: number;
  readonly currency: string;
  readonly secretHash: string;
  readonly issuedAt: string;
  readonly acceptedAt: string | null;
}

/** An order that is being prepared, as folded from its stream. */
export interface Draft {
  readonly status: DraftStatus;
  readonly draftId: string;
  readonly summary: DraftSummary;
  readonly content: Sealed<DraftContent> | null;
  /** the offer that holds; an edit takes it back */
  readonly quote: Quote | null;
  readonly orderNumber: string | null;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

const NOTHING: Draft = {
  status: 'NONE',
  draftId: '',
  summary: { channel: '', lines: [], problems: [] },
  content: null,
  quote: null,
  orderNumber: null,
  reason: null,
  createdAt: '',
  expiresAt: null,
};

export const evolve = (draft: Draft, event: DraftEvent): Draft => {
  switch (event.type) {
    case 'DraftSaved': {
      const { draftId, content, expiresAt, occurredAt, ...summary } = event.data;
      const createdAt = draft.status === 'NONE' ? occurredAt : draft.createdAt;
      return { ...draft, status: 'DRAFT', draftId, summary, content, quote: null, createdAt, expiresAt };
    }
    case 'QuoteIssued': {
      const { quoteId, total, currency, content, secretHash, expiresAt, occurredAt } = event.data;
      const quote = { quoteId, total, currency, secretHash, issuedAt: occurredAt, acceptedAt: null };
      return { ...draft, status: 'QUOTED', quote, content, expiresAt };
    }
    case 'QuoteAccepted':
      return draft.quote === null ? draft : { ...draft, quote: { ...draft.quote, acceptedAt: event.data.occurredAt } };
    case 'DraftSubmitted':
      return { ...draft, status: 'SUBMITTED', orderNumber: event.data.number, expiresAt: null };
    case 'DraftDiscarded':
      return { ...draft, status: 'DISCARDED', reason: event.data.reason, expiresAt: null };
    case 'DraftExpired':
      return { ...draft, status: 'EXPIRED', expiresAt: null };
    default:
      event satisfies never;
      return draft;
  }
};

export const initial = (): Draft => NOTHING;

/** How a draft is kept: stream `draft-{draftId}`. */
export const draftAggregate: Aggregate<Draft, DraftEvent> = { prefix: 'draft', initial, evolve };
