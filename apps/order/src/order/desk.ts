import type { AttachmentLink, DomainEventOf, orderIntakeEvents, Priority, Sealed } from '@orderloom/contracts';
import type { ReturnOfOrder } from './returned.js';

export type { Priority } from '@orderloom/contracts';

/** What is recorded about how an order came in and how it is described. */
export type IntakeEvent = DomainEventOf<(typeof orderIntakeEvents)[number]>;

/** A value of a field that a company has defined for its orders. */
export type CustomValue = string | number | boolean;

export interface Attachment {
  readonly attachmentId: string;
  readonly link: Sealed<AttachmentLink>;
  readonly addedAt: string;
}

export interface Complaint {
  readonly complaintId: string;
  readonly kind: string;
  readonly lineIds: readonly string[];
  readonly text: Sealed<string> | null;
  readonly returnId: string | null;
  readonly raisedAt: string;
  readonly dueAt: string;
  readonly outcome: string | null;
  readonly note: Sealed<string> | null;
  readonly resolvedAt: string | null;
}

/** Something the channel told that the order could not follow. */
export interface ChannelNews {
  readonly newsId: string;
  readonly state: string | null;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly settledAt: string | null;
}

/** What an order carries beside lines and money: facts that people filter and act by. */
export interface Desk {
  readonly takenBy: string | null;
  readonly source: { readonly adapter: string; readonly version: number } | null;
  readonly exchangeFor: { readonly orderId: string; readonly returnId: string; readonly value?: number } | null;
  readonly priority: Priority;
  readonly custom: Readonly<Record<string, CustomValue>>;
  readonly attachments: readonly Attachment[];
  readonly complaints: readonly Complaint[];
  readonly channelNews: readonly ChannelNews[];
  readonly returns: readonly ReturnOfOrder[];
}

/** One for all plain orders, which have nothing of it. */
export const EMPTY_DESK: Desk = {
  takenBy: null,
  source: null,
  exchangeFor: null,
  priority: 'normal',
  custom: {},
  attachments: [],
  complaints: [],
  channelNews: [],
  returns: [],
};

/** What `OrderSubmitted` may say of it. */
export interface SubmittedFacts {
  takenBy?: string;
  source?: { adapter: string; version: number };
  tags?: string[];
  priority?: Priority;
  custom?: Record<string, CustomValue>;
  exchangeFor?: { orderId: string; returnId: string; value?: number };
}

export const deskOf = (facts: SubmittedFacts): Desk => {
  const { takenBy, source, priority, custom, exchangeFor } = facts;
  if (takenBy ?? source ?? priority ?? custom ?? exchangeFor) {
    return {
      ...EMPTY_DESK,
      takenBy: takenBy ?? null,
      source: source ?? null,
      priority: priority ?? 'normal',
      custom: custom ?? EMPTY_DESK.custom,
      exchangeFor: exchangeFor ?? null,
    };
  }
  return EMPTY_DESK;
};

/** The part of an order that is changed here. */
interface Described {
  readonly desk: Desk;
}

const changeDesk = <T extends Described>(order: T, change: Partial<Desk>): T => ({
  ...order,
  desk: { ...order.desk, ...change },
});

const changed = (custom: Desk['custom'], changes: Readonly<Record<string, CustomValue | null>>): Desk['custom'] => {
  const next = { ...custom };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete next[key];
    else next[key] = value;
  }
  return next;
};

/** Folds one of these events into the order. */
export const evolveDesk = <T extends Described>(order: T, event: IntakeEvent): T => {
  const { desk } = order;
  switch (event.type) {
    case 'OrderFactsChanged': {
      const { priority, custom } = event.data;
      return changeDesk(order, {
        ...(priority === undefined ? {} : { priority }),
        ...(custom === undefined ? {} : { custom: changed(desk.custom, custom) }),
      });
    }
    case 'AttachmentAdded': {
      const { attachmentId, link, occurredAt } = event.data;
      return changeDesk(order, { attachments: [...desk.attachments, { attachmentId, link, addedAt: occurredAt }] });
    }
    case 'AttachmentRemoved': {
      const { attachmentId } = event.data;
      return changeDesk(order, { attachments: desk.attachments.filter((one) => one.attachmentId !== attachmentId) });
    }
    case 'ComplaintRaised': {
      const { complaintId, kind, lineIds, text, returnId, dueAt, occurredAt } = event.data;
      const complaint: Complaint = {
        complaintId,
        kind,
        lineIds,
        text: text ?? null,
        returnId: returnId ?? null,
        raisedAt: occurredAt,
        dueAt,
        outcome: null,
        note: null,
        resolvedAt: null,
      };
      return changeDesk(order, { complaints: [...desk.complaints, complaint] });
    }
    case 'ComplaintResolved': {
      const { complaintId, outcome, note, returnId, occurredAt } = event.data;
      return changeDesk(order, {
        complaints: desk.complaints.map((one) =>
          one.complaintId === complaintId
            ? { ...one, outcome, note: note ?? null, returnId: returnId ?? one.returnId, resolvedAt: occurredAt }
            : one,
        ),
      });
    }
    case 'ChannelNewsSetAside': {
      const { newsId, state, code, details, occurredAt } = event.data;
      const news = { newsId, state: state ?? null, code, details, at: occurredAt, settledAt: null };
      return changeDesk(order, { channelNews: [...desk.channelNews, news] });
    }
    case 'ChannelNewsSettled': {
      const { newsId, occurredAt } = event.data;
      return changeDesk(order, {
        channelNews: desk.channelNews.map((one) => (one.newsId === newsId ? { ...one, settledAt: occurredAt } : one)),
      });
    }
    default:
      event satisfies never;
      return order;
  }
};
