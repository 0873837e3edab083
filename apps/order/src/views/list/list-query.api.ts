import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { FULFILMENT_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES } from '../../order/status.js';
import { WAIT_STATES } from '../../order/waits.js';
import { SORTS } from './sorts.js';

const several = (values: readonly string[]) => `${values.join(', ')}; several with commas`;

/** Filters with what they mean, for the OpenAPI document; `parseListQuery` is what reads them. */
const FILTERS: Readonly<Record<string, string>> = {
  status: several(ORDER_STATUSES),
  payment: several(PAYMENT_STATUSES),
  fulfilment: several(FULFILMENT_STATUSES),
  waiting: `what it waits for: ${several(WAIT_STATES)}`,
  overdue: '`true`: waits longer than it should',
  hold: 'open holds; several with commas',
  tag: 'several with commas: any of them',
  priority: 'several with commas',
  assignee: 'who sees to it',
  channel: 'several with commas',
  customerId: '',
  sku: 'orders with this product',
  country: 'ISO 3166-1 alpha-2; several with commas',
  currency: 'ISO 4217; several with commas',
  paymentTerms: 'prepaid, invoice, cod',
  mode: 'live, history',
  importId: 'came with this import',
  number: '',
  externalNumber: "the channel's own number",
  q: 'words of numbers, products, people and places; all must be there, `abc*` stands for beginnings',
  'custom.{name}': 'a field of your own, e.g. `custom.region=north`',
  from: 'submitted at or after',
  to: 'submitted before',
  requiredFrom: 'required at or after',
  requiredTo: 'required before',
  shippedFrom: 'last shipped at or after',
  shippedTo: 'last shipped before',
  deliveredFrom: 'last delivered at or after',
  deliveredTo: 'last delivered before',
  dueBefore: 'the next deadline is before',
  totalFrom: 'total at least, minor units',
  totalTo: 'total at most, minor units',
};

/** The query of a list of orders. */
export const ListQueryDocs = (): MethodDecorator =>
  applyDecorators(
    ...Object.entries(FILTERS).map(([name, description]) =>
      ApiQuery({ name, required: false, type: String, description }),
    ),
    ApiQuery({ name: 'asOf', required: false, description: 'ISO 8601: the list as it was recorded then' }),
    ApiQuery({ name: 'sort', required: false, enum: Object.keys(SORTS) }),
    ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' }),
    ApiQuery({ name: 'limit', required: false, type: Number, description: '1–200, 50 when left out' }),
    ApiQuery({ name: 'count', required: false, enum: ['none', 'capped', 'exact'] }),
    ApiQuery({ name: 'seen', required: false, description: '`<order id>@<revision>`: wait until the list shows it' }),
  );
