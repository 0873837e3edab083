import { type FieldProblem, Refused } from '@orderloom/contracts';
import { countryCodeOf } from '@orderloom/platform/countries';
import type { Address, Contact, DeliveryWish } from '../order/events.js';
import { isCurrency, parseDecimal } from '../order/money.js';
import { FieldReader } from './field-reader.js';
import type { OrderRequest, RequestedLine } from './order-request.js';
import { CHARGE_FIELDS, readCharges, readTaxes } from './parse-charges.js';
import { FACT_FIELDS, readFacts } from './parse-facts.js';
import { readPayment } from './parse-payment.js';

const FIELDS = new Set([
  'channel',
  'externalNumber',
  'customerId',
  'customer',
  'lines',
  'shipTo',
  'currency',
  'shipping',
  'paymentTerms',
  'deliveryWish',
  'requiredBy',
  'locale',
  'payment',
  ...CHARGE_FIELDS,
  ...FACT_FIELDS,
]);
const LINE_FIELDS = new Set(['sku', 'quantity', 'unitPrice', 'discount', 'discountRate', 'taxes']);
const CONTACT_FIELDS = new Set(['name', 'company', 'email', 'phone']);
const ADDRESS_FIELDS = new Set([
  'name',
  'company',
  'street',
  'street2',
  'city',
  'region',
  'postalCode',
  'country',
  'phone',
]);
const WISH_FIELDS = new Set(['requestedDate', 'note']);

export const MAX_LINES = 1000;
export const MAX_QUANTITY = 1_000_000_000;
const MAX_AMOUNT = 1_000_000_000_000;

/** Somebody else's address book decides what is deliverable; here it only has to look like an address. */
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}$/;

/**
 * Reads the body of `POST /api/orders`. Says everything that is wrong with it at once.
 * @throws Refused VALIDATION_FAILED with a problem per field
 */
export const parseOrder = (body: unknown): OrderRequest => {
  const problems: FieldProblem[] = [];
  const reader = FieldReader.of(body, problems);
  reader.onlyFields(FIELDS);
  const request: OrderRequest = {
    channel: reader.id('channel') ?? 'api',
    lines: readLines(reader),
    shipTo: readShipTo(reader),
    shipping: reader.integer('shipping', 0, MAX_AMOUNT, 'PRICE_INVALID') ?? 0,
    paymentTerms: reader.oneOf('paymentTerms', ['prepaid', 'invoice', 'cod']) ?? 'prepaid',
  };
  assign(request, 'externalNumber', reader.id('externalNumber'));
  assign(request, 'customerId', readCustomerId(reader));
  assign(request, 'customer', readContact(reader));
  assign(request, 'currency', readCurrency(reader));
  assign(request, 'charges', readCharges(reader));
  assign(request, 'payment', readPayment(reader));
  assign(request, 'deliveryWish', readWish(reader));
  assign(request, 'requiredBy', reader.time('requiredBy'));
  assign(request, 'locale', reader.oneOf('locale', ['zh-CN', 'en']));
  assign(request, 'facts', readFacts(reader));
  if (!reader.has('customerId') && !isReachable(request.customer)) reader.problem('customer', 'CUSTOMER_REQUIRED');
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return request;
};

/** Sets a field only when there is a value: absent and undefined are not the same in stored JSON. */
const assign = <T, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void => {
  if (value !== undefined) target[key] = value;
};

const isReachable = (contact: Contact | undefined): boolean =>
  contact !== undefined && (contact.email !== undefined || contact.phone !== undefined || contact.name !== undefined);

/** Ids end up in stream names and keys, which are no place for a person's e-mail address. */
const readCustomerId = (reader: FieldReader): string | undefined => {
  const id = reader.id('customerId');
  return id?.includes('@') ? reader.problem('customerId', 'PATTERN_MISMATCH') : id;
};

const readCurrency = (reader: FieldReader): string | undefined => {
  const currency = reader.text('currency', 10);
  if (currency === undefined) return undefined;
  return isCurrency(currency) ? currency : reader.problem('currency', 'NOT_A_CURRENCY');
};

export const readLines = (reader: FieldReader, field = 'lines'): RequestedLine[] => {
  const lines = reader.list(field, MAX_LINES);
  if (lines === undefined) {
    if (!reader.has(field)) reader.problem(field, 'ORDER_EMPTY');
    return [];
  }
  if (reader.isEmptyList(field)) reader.problem(field, 'ORDER_EMPTY');
  return lines.map((line) => {
    line.onlyFields(LINE_FIELDS);
    const sku = line.id('sku');
    if (sku === undefined && !line.has('sku')) line.problem('sku', 'REQUIRED');
    if (!line.has('quantity')) line.problem('quantity', 'REQUIRED');
    const parsed: RequestedLine = {
      sku: sku ?? '',
      quantity: line.integer('quantity', 1, MAX_QUANTITY, 'QUANTITY_INVALID') ?? 1,
    };
    assign(parsed, 'unitPrice', line.integer('unitPrice', 0, MAX_AMOUNT, 'PRICE_INVALID'));
    assign(parsed, 'discount', line.integer('discount', 0, MAX_AMOUNT, 'DISCOUNT_INVALID'));
    const rate = line.number('discountRate');
    if (rate !== undefined) {
      if (parsed.discount !== undefined) line.problem('discountRate', 'DISCOUNT_GIVEN_TWICE');
      const decimal = rate < 0 || rate > 1 ? null : parseDecimal(String(rate));
      if (decimal === null) line.problem('discountRate', 'DISCOUNT_INVALID');
      else parsed.discountRate = decimal;
    }
    assign(parsed, 'taxes', readTaxes(line, 'taxes'));
    return parsed;
  });
};

const readContact = (reader: FieldReader): Contact | undefined => {
  const from = reader.object('customer');
  if (from === undefined) return undefined;
  from.onlyFields(CONTACT_FIELDS);
  const contact: Contact = {};
  assign(contact, 'name', from.text('name', 200));
  assign(contact, 'company', from.text('company', 200));
  const email = from.text('email', 320);
  if (email !== undefined && !EMAIL.test(email)) from.problem('email', 'NOT_AN_EMAIL');
  assign(contact, 'email', email);
  assign(contact, 'phone', from.text('phone', 50));
  return Object.keys(contact).length === 0 ? undefined : contact;
};

export const readShipTo = (reader: FieldReader): OrderRequest['shipTo'] => {
  const from = reader.object('shipTo');
  if (from === undefined) {
    if (!reader.has('shipTo')) reader.problem('shipTo', 'REQUIRED');
    return { country: '' };
  }
  from.onlyFields(ADDRESS_FIELDS);
  const before = reader.problems.length;
  const text = from.text('country', 100);
  const country = text === undefined ? undefined : countryCodeOf(text);
  if (text !== undefined && country === undefined) from.problem('country', 'NOT_A_COUNTRY');
  const address: Address = {
    name: from.text('name', 200) ?? '',
    street: from.text('street', 300) ?? '',
    city: from.text('city', 200) ?? '',
    country: country ?? '',
  };
  assign(address, 'company', from.text('company', 200));
  assign(address, 'street2', from.text('street2', 300));
  assign(address, 'region', from.text('region', 200));
  assign(address, 'postalCode', from.text('postalCode', 20));
  assign(address, 'phone', from.text('phone', 50));
  if (reader.problems.length === before) {
    const missing = (['name', 'street', 'city', 'country'] as const).filter((field) => address[field] === '');
    for (const field of missing) from.problem(field, 'ADDRESS_INCOMPLETE', { missing });
  }
  return { country: address.country, address };
};

export const readWish = (reader: FieldReader): DeliveryWish | undefined => {
  const from = reader.object('deliveryWish');
  if (from === undefined) return undefined;
  from.onlyFields(WISH_FIELDS);
  const wish: DeliveryWish = {};
  assign(wish, 'requestedDate', from.time('requestedDate'));
  assign(wish, 'note', from.text('note', 2000));
  return Object.keys(wish).length === 0 ? undefined : wish;
};
