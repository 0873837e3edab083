import { type Check, finding } from './check.js';

/** From here on two orders look so much alike that somebody may want to know. */
const ALIKE = 0.8;
/** Others told of, the most alike: enough to see what goes on. */
const TOLD = 3;

/** Orders of the same customer, phone or address that hold much the same: POSSIBLE_DUPLICATE, the others linked. */
export const duplicateCheck: Check = ({ similar }) => {
  const [first] = similar;
  const alike = similar.filter(({ similarity }) => similarity >= ALIKE).slice(0, TOLD);
  return {
    findings: alike.map(({ orderId, number, similarity, minutes }) =>
      finding('duplicate', 'POSSIBLE_DUPLICATE', 'warning', { orderId, number, similarity, minutes }),
    ),
    values: {
      'duplicate.similarity': first?.similarity ?? 0,
      'duplicate.minutes': first?.minutes ?? null,
      'duplicate.orders': similar.slice(0, 5).map(({ orderId }) => orderId),
    },
  };
};
