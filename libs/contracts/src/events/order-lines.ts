import Type from 'typebox';
import { Amount, Id, optional, Quantity, Text } from './common.js';
import { TaxSchema } from './order-money.js';

/** A line as sold. */
export const OrderLineSchema = Type.Object({
  lineId: Type.String({ pattern: '^L[1-9][0-9]*$', description: '`L1`, `L2`, … within the order.' }),
  sku: Id(),
  name: Text('As sold.'),
  quantity: Quantity,
  unitPrice: Amount(),
  gross: Amount('quantity × unitPrice, minor units.'),
  discount: Amount('Taken off the line, minor units.'),
  net: Amount('gross − discount, minor units.'),
  orderDiscount: optional(Amount('Part of `discount` that comes from the discount on the whole order.')),
  taxes: optional(Type.Array(TaxSchema)),
});

/** Sums of an order as sold. */
export const TotalsSchema = Type.Object({
  gross: Amount(),
  discount: Amount(),
  net: Amount(),
  shipping: Amount(),
  total: Amount('What the customer owes: net + shipping + fees + the taxes that come on top, minor units.'),
  orderDiscount: optional(Amount('Discount on the whole order, spread over the lines and part of `discount`.')),
  fees: optional(Amount()),
  tax: optional(Amount('All taxes, within the prices or on top.')),
});
