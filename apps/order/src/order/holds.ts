import type {
  AtDeadline,
  DomainEventOf,
  HoldStep,
  HoldType,
  orderReviewEvents,
  Sealed,
  ShipTo,
} from '@orderloom/contracts';

/** What is recorded about checks, holds and review in an order's stream. */
export type ReviewEvent = DomainEventOf<(typeof orderReviewEvents)[number]>;
export type ReviewDataOf<T extends ReviewEvent['type']> = Extract<ReviewEvent, { type: T }>['data'];

type Placed = ReviewDataOf<'HoldPlaced'>;
export type ApprovalLevel = NonNullable<Placed['levels']>[number];

/** One level that was approved, and by whom. */
export interface Approval {
  readonly level: number;
  readonly role: string;
  readonly by: string;
  readonly at: string;
}

/** Something that keeps an order or a line from going on until somebody has decided. */
export interface Hold {
  readonly holdId: string;
  readonly type: HoldType;
  readonly status: 'OPEN' | 'RESOLVED' | 'REJECTED' | 'EXPIRED';
  readonly lineId: string | null;
  readonly blocks: readonly HoldStep[];
  readonly reason: string;
  readonly ownerRole: string;
  readonly owner: string | null;
  readonly placedAt: string;
  readonly deadline: string;
  readonly atDeadline: AtDeadline;
  readonly escalateTo: string | null;
  readonly levels: readonly ApprovalLevel[];
  readonly fourEyes: boolean;
  readonly approvals: readonly Approval[];
  readonly related: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly rule: { readonly ruleId: string; readonly version: number } | null;
  readonly endedAt: string | null;
  /** how it ended: the code of the resolution or rejection */
  readonly outcome: string | null;
}

/** A question the customer was asked because of a hold. */
export interface Question {
  readonly questionId: string;
  readonly holdId: string;
  readonly question: string;
  readonly answers: ReviewDataOf<'CustomerAsked'>['answers'];
  readonly content: ReviewDataOf<'CustomerAsked'>['content'];
  readonly askedAt: string;
  readonly expiresAt: string;
  readonly answer: string | null;
  readonly message: Sealed<string> | null;
  readonly answeredAt: string | null;
}

/** A note of the order desk. */
export interface Note {
  readonly noteId: string;
  readonly holdId: string | null;
  readonly text: Sealed<string>;
  readonly at: string;
}

/** What an order carries of its review. */
export interface Review {
  readonly holds: readonly Hold[];
  readonly questions: readonly Question[];
  readonly notes: readonly Note[];
  readonly tags: readonly string[];
  /** the hold whose rejection ended the order */
  readonly rejected: { readonly holdId?: string; readonly type: string } | null;
}

export const NO_REVIEW: Review = { holds: [], questions: [], notes: [], tags: [], rejected: null };

export const isOpen = (hold: Hold): boolean => hold.status === 'OPEN';

export const openHolds = (order: Pick<Review, 'holds'>): readonly Hold[] =>
  order.holds.length === 0 ? order.holds : order.holds.filter(isOpen);

/** Whether an open hold keeps the order from any of these steps. */
export const isBlocked = (order: Pick<Review, 'holds'>, ...steps: HoldStep[]): boolean =>
  order.holds.some((hold) => isOpen(hold) && hold.blocks.some((step) => steps.includes(step)));

/** Customer service looks first, finance after it: what one clears up the other need not look at twice. */
const FINANCE: readonly HoldType[] = ['FINANCE_REVIEW', 'CREDIT'];
const CUSTOMER_SERVICE: readonly HoldType[] = ['CS_REVIEW', 'DUPLICATE', 'ADDRESS', 'CUSTOMER_REQUEST'];

/** The open holds that are to be decided before this one. */
export const decidedBefore = (order: Pick<Review, 'holds'>, hold: Hold): readonly Hold[] =>
  FINANCE.includes(hold.type)
    ? order.holds.filter((other) => isOpen(other) && CUSTOMER_SERVICE.includes(other.type))
    : [];

/** The question about a hold that still waits for its answer. */
export const openQuestion = (order: Pick<Review, 'questions'>, holdId: string): Question | undefined =>
  order.questions.find((question) => question.holdId === holdId && question.answer === null);

const placed = (d: Placed): Hold => ({
  holdId: d.holdId,
  type: d.type,
  status: 'OPEN',
  lineId: d.lineId ?? null,
  blocks: d.blocks,
  reason: d.reason,
  ownerRole: d.ownerRole,
  owner: d.owner ?? null,
  placedAt: d.occurredAt,
  deadline: d.deadline,
  atDeadline: d.atDeadline,
  escalateTo: d.escalateTo ?? null,
  levels: d.levels ?? [],
  fourEyes: d.fourEyes ?? false,
  approvals: [],
  related: d.related ?? [],
  inputs: d.inputs,
  rule: d.rule ?? null,
  endedAt: null,
  outcome: null,
});

const change = <T extends Review>(order: T, holdId: string, to: (hold: Hold) => Hold): T => ({
  ...order,
  holds: order.holds.map((hold) => (hold.holdId === holdId ? to(hold) : hold)),
});

const end = <T extends Review>(
  order: T,
  d: { holdId: string; occurredAt: string },
  status: Hold['status'],
  outcome: string,
) => change(order, d.holdId, (hold) => ({ ...hold, status, outcome, endedAt: d.occurredAt }));

/** An order that is over waits for nobody: its open holds end with it. */
export const endHolds = <T extends Review>(order: T, occurredAt: string): T =>
  openHolds(order).length === 0
    ? order
    : {
        ...order,
        holds: order.holds.map((hold) =>
          isOpen(hold) ? { ...hold, status: 'EXPIRED', outcome: 'ORDER_ENDED', endedAt: occurredAt } : hold,
        ),
      };

/** Folds an event of the review into the order. */
export const evolveReview = <T extends Review & { shipTo: ShipTo }>(order: T, event: ReviewEvent): T => {
  switch (event.type) {
    case 'OrderChecked':
      return order;
    case 'HoldPlaced':
      return { ...order, holds: [...order.holds, placed(event.data)] };
    case 'HoldAssigned': {
      const { holdId, ownerRole, owner, deadline, atDeadline } = event.data;
      return change(order, holdId, (hold) => ({ ...hold, ownerRole, owner: owner ?? null, deadline, atDeadline }));
    }
    case 'HoldApproved': {
      const { holdId, level, role, by, next, occurredAt } = event.data;
      return change(order, holdId, (hold) => ({
        ...hold,
        approvals: [...hold.approvals, { level, role, by, at: occurredAt }],
        owner: null,
        ...(next === undefined
          ? {}
          : {
              ownerRole: next.role,
              deadline: next.deadline,
              atDeadline: next.atDeadline,
              escalateTo: next.escalateTo ?? null,
            }),
      }));
    }
    case 'HoldResolved': {
      const { resolution, shipTo } = event.data;
      const resolved = end(order, event.data, 'RESOLVED', resolution);
      return shipTo === undefined ? resolved : { ...resolved, shipTo };
    }
    case 'HoldRejected':
      return end(order, event.data, 'REJECTED', event.data.reason);
    case 'HoldExpired':
      return end(order, event.data, 'EXPIRED', event.data.effect);
    case 'CustomerAsked': {
      const { questionId, holdId, question, answers, content, expiresAt, occurredAt } = event.data;
      const asked: Question = {
        questionId,
        holdId,
        question,
        answers,
        content,
        askedAt: occurredAt,
        expiresAt,
        answer: null,
        message: null,
        answeredAt: null,
      };
      return { ...order, questions: [...order.questions, asked] };
    }
    case 'CustomerAnswered': {
      const { questionId, answer, message, occurredAt } = event.data;
      return {
        ...order,
        questions: order.questions.map((question) =>
          question.questionId === questionId
            ? { ...question, answer, message: message ?? null, answeredAt: occurredAt }
            : question,
        ),
      };
    }
    case 'OrderNoted': {
      const { noteId, holdId, text, occurredAt } = event.data;
      return { ...order, notes: [...order.notes, { noteId, holdId: holdId ?? null, text, at: occurredAt }] };
    }
    case 'OrderTagged': {
      const { add, remove } = event.data;
      const kept = order.tags.filter((tag) => !remove.includes(tag) && !add.includes(tag));
      return { ...order, tags: [...kept, ...add].sort() };
    }
    default:
      event satisfies never;
      return order;
  }
};
