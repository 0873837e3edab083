import type { AmendmentChanges, AmendmentEffect, AmendmentNeed } from '@orderloom/contracts';

/** Where a change stands. Those from APPLIED on are ends. */
export const AMENDMENT_STATUSES = [
  'PROPOSED',
  'PRICED',
  'AWAITING_APPROVAL',
  'AWAITING_CUSTOMER',
  'AWAITING_PAYMENT',
  'APPLIED',
  'DECLINED',
  'EXPIRED',
  'WITHDRAWN',
] as const;
export type AmendmentStatus = (typeof AMENDMENT_STATUSES)[number];

/** A change to an order, kept beside it: the order stays what it is until the change is applied. */
export interface Amendment {
  readonly amendmentId: string;
  readonly number: number;
  readonly status: AmendmentStatus;
  readonly requestedBy: 'CUSTOMER' | 'STAFF';
  readonly reason: string;
  readonly note: string | null;
  readonly changes: AmendmentChanges;
  readonly effect: AmendmentEffect | null;
  readonly needs: readonly AmendmentNeed[];
  readonly approved: boolean;
  readonly accepted: boolean;
  /** the payment it waits for */
  readonly paymentId: string | null;
  /** what was no longer possible when the order had changed */
  readonly dropped: readonly { readonly path: string; readonly code: string }[];
  /** why it was not made */
  readonly closed: { readonly by: string; readonly code: string } | null;
  readonly proposedAt: string;
  readonly expiresAt: string;
}
