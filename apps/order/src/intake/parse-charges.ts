import { type Decimal, parseDecimal } from '../order/money.js';
import type { OrderCharges, RequestedTax } from '../order/pricing.js';
import type { FieldReader } from './field-reader.js';
import type { OrderRequest } from './order-request.js';

/** Fields of an order that say what is charged and taken off beside its lines. */
export const CHARGE_FIELDS = ['taxesIncluded', 'discount', 'discountRate', 'shippingTaxes', 'fees'] as const;
const TAX_FIELDS = new Set(['code', 'rate', 'amount']);
const FEE_FIELDS = new Set(['code', 'name', 'amount', 'taxes']);
const MAX_AMOUNT = 1_000_000_000_000;
const MAX_TAXES = 10;
const MAX_FEES = 50;

/** A fraction given as a number from 0 to `max`, kept exactly as written. */
const readRate = (reader: FieldReader, name: string, max: number): Decimal | undefined => {
  const rate = reader.number(name);
  if (rate === undefined) return undefined;
  const decimal = rate < 0 || rate > max ? null : parseDecimal(String(rate));
  return decimal ?? reader.problem(name, name === 'discountRate' ? 'DISCOUNT_INVALID' : 'TAX_INVALID');
};

/** The taxes of a line, a fee or shipping; undefined where none are named. */
export const readTaxes = (reader: FieldReader, name: string): RequestedTax[] | undefined =>
  reader.list(name, MAX_TAXES)?.map((tax) => {
    tax.onlyFields(TAX_FIELDS);
    const rate = readRate(tax, 'rate', 10);
    const amount = tax.integer('amount', 0, MAX_AMOUNT, 'TAX_INVALID');
    if (!tax.has('rate') && !tax.has('amount')) tax.problem('rate', 'REQUIRED');
    return {
      code: tax.id('code') ?? 'TAX',
      ...(rate === undefined ? {} : { rate }),
      ...(amount === undefined ? {} : { amount }),
    };
  });

const readFees = (reader: FieldReader): OrderCharges['fees'] =>
  reader.list('fees', MAX_FEES)?.map((fee) => {
    fee.onlyFields(FEE_FIELDS);
    if (!fee.has('amount')) fee.problem('amount', 'REQUIRED');
    const code = fee.id('code');
    if (code === undefined && !fee.has('code')) fee.problem('code', 'REQUIRED');
    const taxes = readTaxes(fee, 'taxes');
    return {
      code: code ?? '',
      name: fee.text('name', 200) ?? code ?? '',
      amount: fee.integer('amount', 0, MAX_AMOUNT, 'PRICE_INVALID') ?? 0,
      ...(taxes === undefined ? {} : { taxes }),
    };
  });

/** What an order charges and takes off beside its lines; undefined where it says nothing of it. */
export const readCharges = (reader: FieldReader): OrderRequest['charges'] => {
  if (!CHARGE_FIELDS.some((name) => reader.has(name))) return undefined;
  const discount = reader.integer('discount', 0, MAX_AMOUNT, 'DISCOUNT_INVALID');
  const discountRate = readRate(reader, 'discountRate', 1);
  if (discount !== undefined && discountRate !== undefined) reader.problem('discountRate', 'DISCOUNT_GIVEN_TWICE');
  const shippingTaxes = readTaxes(reader, 'shippingTaxes');
  const fees = readFees(reader);
  return {
    taxesIncluded: reader.boolean('taxesIncluded') ?? false,
    ...(discount === undefined ? {} : { discount }),
    ...(discountRate === undefined ? {} : { discountRate }),
    ...(shippingTaxes === undefined ? {} : { shippingTaxes }),
    ...(fees === undefined ? {} : { fees }),
  };
};
