import type { Access, RequestContext, Vault } from '@orderloom/platform';
import { decidedBefore, isOpen } from '../order/holds.js';
import type { Order } from '../order/order.js';
import { holdActions } from '../review/desk/hold-actions.js';

/** Holds, questions, notes and labels of an order for its reader; notes are left for the reader's view to open. */
export const reviewView = async (
  order: Order,
  vault: Vault,
  reader: Pick<RequestContext, 'locale' | 'actor' | 'now'> & { access?: Access | undefined },
) => ({
  tags: order.tags,
  holds: order.holds.map((hold) => ({
    ...hold,
    waitsFor: isOpen(hold) ? decidedBefore(order, hold).map((other) => other.holdId) : [],
    actions: isOpen(hold) ? holdActions(order, hold.holdId, reader) : [],
  })),
  questions: await Promise.all(
    order.questions.map(async ({ content, message, ...question }) => {
      const [asked, told] = await Promise.all([vault.unseal(content), message === null ? null : vault.unseal(message)]);
      // The signed link is the customer's alone.
      const seesPeople = reader.access?.may('personal:read') ?? true;
      return { ...question, text: asked?.message ?? null, message: seesPeople ? told : told && '***' };
    }),
  ),
  notes: order.notes,
});
