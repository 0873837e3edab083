import type { RefusalCode } from '@orderloom/contracts';
import { countryCodeOf } from '@orderloom/platform/countries';
import type { OrderRequest, RequestedLine } from '../intake/order-request.js';
import { MAX_QUANTITY } from '../intake/parse-order.js';
import type { Address, Contact, OrderMode, PaymentTerms } from '../order/events.js';
import { type Decimal, discountOf, grossOf, isCurrency, parseDecimal } from '../order/money.js';
import type { OrderColumn, OrderRow } from './order-columns.js';

/** A row of the file that belongs to an order. */
export interface NumberedRow {
  /** row of the file, as reported to the reader */
  row: number;
  values: OrderRow;
}

/** What is wrong with a row. */
export interface RowProblem {
  row: number;
  code: RefusalCode;
  details: Record<string, unknown>;
}

/** A line of negative value: money owed to the customer. */
export interface RequestedCredit {
  row: number;
  sku: string;
  name: string;
  quantity: number;
  unitPrice: number;
  amount: number;
}

/** An order as the file tells it. */
export interface FileOrder {
  request: OrderRequest & { externalNumber: string; currency: string };
  /** the row of each line, to report problems found later */
  lineRows: number[];
  credits: RequestedCredit[];
  orderedAt?: string;
  shippedAt?: string;
  carrier?: string;
}

export interface ReadOptions {
  mode: OrderMode;
  /** for files without a currency column */
  currency?: string;
}

const TERMS: Readonly<Record<string, PaymentTerms>> = {
  prepaid: 'prepaid',
  invoice: 'invoice',
  cod: 'cod',
  'cash on delivery': 'cod',
  预付: 'prepaid',
  预付款: 'prepaid',
  在线支付: 'prepaid',
  月结: 'invoice',
  账期: 'invoice',
  货到付款: 'cod',
};

/** Country of an order whose file says nothing about it: ISO 3166's user-assigned code for "unknown". */
export const UNKNOWN_COUNTRY = 'ZZ';

const NO_DISCOUNT: Decimal = { units: 0n, scale: 0 };

/**
 * Reads the rows of one order. Columns of the order are taken from the first row that has them, lines from every row.
 * Collects every problem of every row.
 * @returns null when there is any
 */
export const readOrder = (
  rows: readonly NumberedRow[],
  options: ReadOptions,
  problems: RowProblem[],
): FileOrder | null => {
  const first = rows[0];
  if (first === undefined) return null;
  const before = problems.length;
  const problem = (row: number, code: RefusalCode, details: Record<string, unknown> = {}): undefined => {
    problems.push({ row, code, details });
    return undefined;
  };
  const head = headOf(rows);
  for (const column of ['customerId', 'currency'] as const) {
    for (const { row, values } of rows) {
      if (values[column] !== undefined && values[column] !== head[column]) {
        problem(row, 'CSV_GROUP_INCONSISTENT', { column, group: head.number });
      }
    }
  }
  const currency = (head.currency ?? options.currency ?? '').toUpperCase();
  if (currency === '') problem(first.row, 'CURRENCY_REQUIRED');
  else if (!isCurrency(currency)) problem(first.row, 'NOT_A_CURRENCY');
  const paymentTerms = head.paymentTerms === undefined ? 'invoice' : TERMS[head.paymentTerms.toLowerCase()];
  if (paymentTerms === undefined) {
    problem(first.row, 'CSV_VALUE_INVALID', { column: 'paymentTerms', value: head.paymentTerms });
  }
  if (head.customerId?.includes('@')) {
    problem(first.row, 'CSV_VALUE_INVALID', { column: 'customerId', value: '…@…' });
  }
  const shipping = head.shipping ?? 0;
  if (shipping < 0) problem(first.row, 'CSV_VALUE_INVALID', { column: 'shipping', value: shipping });
  if (options.mode === 'history' && head.orderedAt === undefined) {
    problem(first.row, 'CSV_VALUE_MISSING', { column: 'orderedAt' });
  }
  const { lines, lineRows, credits } = readLines(rows, options, problem);
  if (problems.length > before || paymentTerms === undefined) return null;

  const address = addressOf(head);
  const customer = contactOf(head);
  return {
    request: {
      channel: head.channel ?? 'import',
      externalNumber: head.number,
      ...(head.customerId === undefined ? {} : { customerId: head.customerId }),
      ...(customer === undefined ? {} : { customer }),
      lines,
      shipTo: { country: address?.country ?? UNKNOWN_COUNTRY, ...(address === undefined ? {} : { address }) },
      currency,
      shipping,
      paymentTerms,
      ...(head.requiredAt === undefined ? {} : { requiredBy: head.requiredAt }),
      ...(head.note === undefined ? {} : { deliveryWish: { note: head.note } }),
    },
    lineRows,
    credits,
    ...(head.orderedAt === undefined ? {} : { orderedAt: head.orderedAt }),
    ...(head.shippedAt === undefined ? {} : { shippedAt: head.shippedAt }),
    ...(head.carrier === undefined ? {} : { carrier: head.carrier }),
  };
};

type Complain = (row: number, code: RefusalCode, details?: Record<string, unknown>) => undefined;

/** The first value of each column over the rows of an order. */
const headOf = (rows: readonly NumberedRow[]): OrderRow => {
  const head: Record<string, unknown> = { ...rows[0]?.values };
  for (const { values } of rows.slice(1)) {
    for (const column of Object.keys(values) as OrderColumn[]) head[column] ??= values[column];
  }
  // Made of the columns of real rows only, of which the first has the required ones.
  return head as unknown as OrderRow;
};

const readLines = (rows: readonly NumberedRow[], options: ReadOptions, problem: Complain) => {
  const lines: RequestedLine[] = [];
  const lineRows: number[] = [];
  const credits: RequestedCredit[] = [];
  for (const { row, values } of rows) {
    const { sku, name, quantity, unitPrice } = values;
    const rate = values.discount === undefined ? NO_DISCOUNT : parseDecimal(values.discount);
    if (quantity === 0 || Math.abs(quantity) > MAX_QUANTITY) {
      problem(row, 'CSV_VALUE_INVALID', { column: 'quantity', value: quantity });
      continue;
    }
    if (rate === null || rate.units < 0n || rate.units > 10n ** BigInt(rate.scale)) {
      problem(row, 'DISCOUNT_INVALID', { column: 'discount', value: values.discount });
      continue;
    }
    const isCredit = quantity < 0 !== (unitPrice ?? 0) < 0;
    if (!isCredit && quantity > 0) {
      lines.push({
        sku,
        quantity,
        ...(name === undefined ? {} : { name }),
        ...(unitPrice === undefined ? {} : { unitPrice }),
        ...(rate.units === 0n ? {} : { discountRate: rate }),
      });
      lineRows.push(row);
    } else if (!isCredit || options.mode === 'live') {
      problem(row, 'QUANTITY_INVALID', { sku });
    } else if (unitPrice === undefined) {
      problem(row, 'PRICE_MISSING', { sku });
    } else {
      const gross = grossOf(Math.abs(quantity), Math.abs(unitPrice));
      if (gross === null) {
        problem(row, 'AMOUNT_TOO_LARGE');
        continue;
      }
      const amount = gross - discountOf(gross, rate);
      credits.push({
        row,
        sku,
        name: name ?? sku,
        quantity: Math.abs(quantity),
        unitPrice: Math.abs(unitPrice),
        amount,
      });
    }
  }
  return { lines, lineRows, credits };
};

const addressOf = (head: OrderRow): Address | undefined => {
  const { shipCountry, shipName, shipStreet, shipCity } = head;
  const country = shipCountry === undefined ? undefined : (countryCodeOf(shipCountry) ?? shipCountry.slice(0, 100));
  if (country === undefined && shipName === undefined && shipStreet === undefined && shipCity === undefined) {
    return undefined;
  }
  return {
    name: shipName ?? head.customerName ?? '',
    street: shipStreet ?? '',
    city: shipCity ?? '',
    country: country ?? UNKNOWN_COUNTRY,
    ...(head.shipStreet2 === undefined ? {} : { street2: head.shipStreet2 }),
    ...(head.shipRegion === undefined ? {} : { region: head.shipRegion }),
    ...(head.shipPostalCode === undefined ? {} : { postalCode: head.shipPostalCode }),
    ...(head.phone === undefined ? {} : { phone: head.phone }),
  };
};

/** True when there is a person or a place in it: a country alone is no secret and needs no key. */
export const isPersonal = (address: Address): boolean =>
  address.name !== '' || address.street !== '' || address.city !== '' || address.phone !== undefined;

const contactOf = (head: OrderRow): Contact | undefined => {
  const contact: Contact = {
    ...(head.customerName === undefined ? {} : { name: head.customerName }),
    ...(head.company === undefined ? {} : { company: head.company }),
    ...(head.email === undefined ? {} : { email: head.email }),
    ...(head.phone === undefined ? {} : { phone: head.phone }),
  };
  return Object.keys(contact).length === 0 ? undefined : contact;
};
