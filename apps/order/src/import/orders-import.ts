import { column, defineImport, type ImportDefinition } from '@orderloom/platform';
import type { ImportOrders } from './import-orders.js';
import { ORDER_HEADERS, type OrderColumn } from './order-columns.js';

const named = (name: OrderColumn) => ({ synonyms: ORDER_HEADERS[name] });

/** The columns of an order book, one row per line of an order. */
const columns = {
  number: column.text({ ...named('number'), required: true, max: 100 }),
  customerId: column.text({ ...named('customerId'), max: 100 }),
  customerName: column.text({ ...named('customerName'), max: 200 }),
  company: column.text({ ...named('company'), max: 200 }),
  email: column.text({ ...named('email'), max: 320 }),
  phone: column.text({ ...named('phone'), max: 50 }),
  orderedAt: column.date(named('orderedAt')),
  requiredAt: column.date(named('requiredAt')),
  shippedAt: column.date(named('shippedAt')),
  carrier: column.text({ ...named('carrier'), max: 200 }),
  shipping: column.money(named('shipping')),
  shipName: column.text({ ...named('shipName'), max: 200 }),
  shipStreet: column.text({ ...named('shipStreet'), max: 300 }),
  shipStreet2: column.text({ ...named('shipStreet2'), max: 300 }),
  shipCity: column.text({ ...named('shipCity'), max: 200 }),
  shipRegion: column.text({ ...named('shipRegion'), max: 200 }),
  shipPostalCode: column.text({ ...named('shipPostalCode'), max: 20 }),
  shipCountry: column.text({ ...named('shipCountry'), max: 100 }),
  sku: column.text({ ...named('sku'), required: true, max: 100 }),
  name: column.text({ ...named('name'), max: 500 }),
  quantity: column.integer({ ...named('quantity'), required: true }),
  unitPrice: column.money(named('unitPrice')),
  discount: column.decimal(named('discount')),
  currency: column.text({ ...named('currency'), max: 10 }),
  paymentTerms: column.text({ ...named('paymentTerms'), max: 50 }),
  channel: column.text({ ...named('channel'), max: 100 }),
  note: column.text({ ...named('note'), max: 2000 }),
};

/** `POST /api/imports?kind=orders`. */
export const ordersImport = (handler: ImportOrders): ImportDefinition =>
  defineImport({
    kind: 'orders',
    columns,
    people: { customer: 'customerId' },
    groupBy: 'number',
    batchSize: 400,
    handleBatch: (items, context) => handler.handleBatch(items, context),
    finish: (context) => handler.finish(context),
  });
