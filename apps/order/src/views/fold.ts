import { isOpen } from '../order/amendments.js';
import { EMPTY_DESK } from '../order/desk.js';
import { initial, type Order, type OrderLine } from '../order/order.js';

/** The quantities of a line, in the order in which they are stored. */
type PackedLine = readonly [
  string,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  // what came back; left out where nothing did
  number?,
  number?,
  number?,
  number?,
];

type Packed = Pick<
  Order,
  | 'status'
  | 'mode'
  | 'paymentTerms'
  | 'paymentsFrom'
  | 'ledger'
  | 'payments'
  | 'refunds'
  | 'shipments'
  | 'completedAt'
  | 'cancelledAt'
> &
  // Most orders are never held, described or changed: nothing is stored for them.
  Partial<Pick<Order, 'holds' | 'questions' | 'tags' | 'rejected' | 'desk' | 'amendments'>> & {
    lines: readonly PackedLine[];
  };

const packLine = (line: OrderLine): PackedLine => [
  line.lineId,
  line.ordered,
  line.cancelled,
  line.allocated,
  line.backordered,
  line.released,
  line.shipped,
  line.delivered,
  ...(line.returnRequested === 0
    ? ([] as const)
    : ([line.returnRequested, line.returned, line.restocked, line.scrapped] as const)),
];

const unpackLine = (packed: PackedLine): OrderLine => {
  const [lineId, ordered, cancelled, allocated, backordered, released, shipped, delivered, ...back] = packed;
  const [returnRequested = 0, returned = 0, restocked = 0, scrapped = 0] = back;
  return {
    lineId,
    ordered,
    cancelled,
    allocated,
    backordered,
    released,
    shipped,
    delivered,
    returnRequested,
    returned,
    restocked,
    scrapped,
    sku: '',
    name: '',
    unitPrice: 0,
    gross: 0,
    discount: 0,
    net: 0,
    orderDiscount: 0,
    taxes: [],
  };
};

const packReview = ({ holds, questions, tags, rejected }: Order): Partial<Packed> => ({
  ...(holds.length === 0 ? {} : { holds: holds.map((hold) => ({ ...hold, inputs: {} })) }),
  ...(questions.length === 0 ? {} : { questions: questions.map((question) => ({ ...question, message: null })) }),
  ...(tags.length === 0 ? {} : { tags }),
  ...(rejected === null ? {} : { rejected }),
});

/** Of open changes, what tells how long they stay open; those that are closed are no column's matter. */
const packAmendments = ({ amendments }: Order): Partial<Packed> => {
  const open = amendments.filter(isOpen);
  return open.length === 0
    ? {}
    : { amendments: open.map((one) => ({ ...one, changes: {}, effect: null, note: null })) };
};

/**
 * What folding an order's list entry goes on from: the parts of the order that its columns are computed from. While a
 * batch is folded it stays an order; only when the document is written does it become JSON, once, however many events
 * there were.
 */
export class Fold {
  /** @param whole false when the order was read from the list and knows only what its columns need */
  constructor(
    readonly order: Order,
    readonly whole: boolean,
  ) {}

  /** Called by the BSON serializer in place of the object's own fields. */
  toBSON(): string {
    const { status, mode, paymentTerms, paymentsFrom, ledger, payments, refunds, completedAt, cancelledAt, desk } =
      this.order;
    const packed: Packed = {
      status,
      mode,
      paymentTerms,
      paymentsFrom,
      ledger,
      payments,
      refunds,
      completedAt,
      cancelledAt,
      lines: this.order.lines.map(packLine),
      shipments: this.order.shipments.map((shipment) => ({ ...shipment, lines: [] })),
      ...(desk === EMPTY_DESK ? {} : { desk }),
      ...packReview(this.order),
      ...packAmendments(this.order),
    };
    return JSON.stringify(packed);
  }

  /** The order that was stored. Nobody but `toBSON` writes this text, so its shape is known. */
  static read(text: string): Order {
    const packed = JSON.parse(text) as Packed;
    return { ...initial(), ...packed, lines: packed.lines.map(unpackLine) };
  }
}
