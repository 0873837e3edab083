import Type from 'typebox';
import { Amount, Id, optional, Text } from './common.js';

/** A tax as fixed when sold. */
export const TaxSchema = Type.Object({
  code: Id('e.g. `VAT`.'),
  rate: optional(Id('Fraction as a decimal, e.g. `0.19`.')),
  amount: Amount(),
});

/** Something charged beside lines and shipping. */
export const FeeSchema = Type.Object({
  code: Id(),
  name: Text(),
  amount: Amount('Minor units, before taxes that come on top.'),
  taxes: optional(Type.Array(TaxSchema)),
});
