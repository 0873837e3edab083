import type { OrderFacts } from '@orderloom/contracts';
import type { CommandContext } from '@orderloom/event-sourcing';
import type { OpenLine } from './sourcing.js';

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
  readonly context: CommandContext;
}
