import type { OrderFacts } from '@orderloom/contracts';
import type { CommandContext } from '@orderloom/event-sourcing';
import { type OpenLine, type Sourcing, usedLocations, wholeOrder } from './sourcing.js';

/** Lines to find stock for. */
export interface SourcingRequest {
  readonly orderId: string;
  /** How many decisions about the order there were before. */
  readonly number: number;
  /** How often the order was reopened, where it was. */
  readonly epoch?: number;
  readonly lines: readonly OpenLine[];
  /** What profiles and allotments go by. */
  readonly facts?: OrderFacts | undefined;
  /** Holds with this reference are taken over. */
  readonly reference?: string | undefined;
  /** Locations that have failed this order: they are not asked again. */
  readonly avoid?: readonly string[] | undefined;
  /** Where units of the order come from already: a profile's limit of splits counts them. */
  readonly used?: readonly string[] | undefined;
  /** The whole order, where the lines are only what is open of it: a profile's conditions ask about all of it. */
  readonly whole?: readonly OpenLine[] | undefined;
  readonly context: CommandContext;
}

/** A request about some lines of an order that was decided about before, with what is known of it since. */
export const furtherRequest = (
  orderId: string,
  state: Sourcing,
  lines: readonly OpenLine[],
  context: CommandContext,
): SourcingRequest => ({
  orderId,
  number: state.decisionIds.length,
  ...(state.epoch === 0 ? {} : { epoch: state.epoch }),
  lines,
  facts: state.facts,
  avoid: state.avoid,
  used: usedLocations(state),
  whole: wholeOrder(state),
  context,
});
