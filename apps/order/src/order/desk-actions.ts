import { isOpen } from './amendments.js';
import { acceptAmendment, approveAmendment, declineAmendment, withdrawAmendment } from './decide-amend.js';
import { addAttachment, changeFacts, raiseComplaint, resolveComplaint, settleNews } from './decide-facts.js';
import { approveHold, assignHold, rejectHold } from './decide-holds.js';
import { askCustomer, noteOrder, tagOrder } from './decide-questions.js';
import { requestReturnOf, returnable } from './decide-returned.js';
import type { OrderEvent } from './events.js';
import { openHolds } from './holds.js';
import type { Order } from './order.js';
import { placeHold } from './place-hold.js';

/** Something that is written down sealed. */
const WORDS = 'sealed:v1:possible:AA' as never;

/** What the desk may do with an order, each decided by what would do it, about what is open of it. */
export const deskDeciders = (order: Order, now: string): Readonly<Record<string, () => OrderEvent[]>> => {
  const at = { occurredAt: now };
  const holdId = (openHolds(order)[0] ?? order.holds.at(-1))?.holdId ?? '-';
  const amendmentId = (order.amendments.find(isOpen) ?? order.amendments.at(-1))?.amendmentId ?? '-';
  const { complaints, channelNews } = order.desk;
  const complaint = complaints.find(({ resolvedAt }) => resolvedAt === null) ?? complaints.at(-1);
  const news = channelNews.find(({ settledAt }) => settledAt === null) ?? channelNews.at(-1);
  const line = order.lines.find((one) => returnable(one) > 0) ?? order.lines[0];
  return {
    placeHold: () =>
      placeHold(
        {
          type: 'CUSTOM',
          blocks: ['RELEASE'],
          reason: 'POSSIBLE',
          ownerRole: 'reviewer',
          deadline: now,
          atDeadline: 'WAIT',
          inputs: {},
          now,
        },
        order,
      ),
    assignHold: () => assignHold({ holdId, owner: '?', reason: 'ASSIGNED', now }, order),
    approveHold: () => approveHold({ holdId, by: '?', now }, order),
    rejectHold: () => rejectHold({ holdId, reason: 'ORDER_REJECTED', now }, order),
    askCustomer: () =>
      askCustomer({ holdId, question: 'CONFIRM_ORDER', answers: [], content: WORDS, expiresAt: now, now }, order),
    approveAmendment: () => approveAmendment({ amendmentId, now }, order),
    acceptAmendment: () => acceptAmendment({ amendmentId, now }, order),
    declineAmendment: () => declineAmendment({ amendmentId, by: 'APPROVER', now }, order),
    withdrawAmendment: () => withdrawAmendment({ amendmentId, now }, order),
    requestReturn: () =>
      requestReturnOf({ returnId: '?', lines: [{ lineId: line?.lineId ?? '-', quantity: 1 }], now }, order),
    note: () => noteOrder({ noteId: '?', text: WORDS, now }, order),
    tag: () => tagOrder({ add: ['?'], remove: [], now }, order),
    changeFacts: () => changeFacts({ custom: { '?': '?' }, now }, order),
    addAttachment: () => addAttachment({ attachmentId: '?', link: WORDS, ...at }, order),
    raiseComplaint: () => raiseComplaint({ complaintId: '?', kind: 'OTHER', lineIds: [], dueAt: now, ...at }, order),
    resolveComplaint: () =>
      resolveComplaint(
        { complaintId: complaint?.complaintId ?? '-', outcome: complaint?.outcome ?? 'APOLOGY', ...at },
        order,
      ),
    settleNews: () => settleNews({ newsId: news?.newsId ?? '-', ...at }, order),
  };
};
