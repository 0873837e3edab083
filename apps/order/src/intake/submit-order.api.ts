import type { ApiBodyOptions } from '@nestjs/swagger';
import { PAYMENT_METHODS } from '@orderloom/contracts';
import { MAX_LINES, MAX_QUANTITY } from './parse-order.js';

const text = (maxLength: number, description?: string) => ({
  type: 'string' as const,
  maxLength,
  ...(description === undefined ? {} : { description }),
});
const amount = (description: string) => ({ type: 'integer' as const, minimum: 0, description });

const rate = (description: string, maximum = 1) => ({ type: 'number' as const, minimum: 0, maximum, description });
const taxes = {
  type: 'array' as const,
  maxItems: 10,
  description: 'By rate, or as amounts worked out elsewhere.',
  items: {
    type: 'object' as const,
    additionalProperties: false,
    properties: {
      code: { ...text(100), default: 'TAX', example: 'VAT' },
      rate: rate('Fraction, e.g. 0.19.', 10),
      amount: amount('Minor units.'),
    },
  },
};

/** The body of `POST /api/orders` for the OpenAPI document; `parseOrder` is what checks it. */
export const submitOrderBody: ApiBodyOptions = {
  schema: {
    type: 'object',
    required: ['lines', 'shipTo'],
    additionalProperties: false,
    properties: {
      customerId: text(100, 'Id of a customer. Either this or `customer` with a name, e-mail address or phone number.'),
      customer: {
        type: 'object',
        additionalProperties: false,
        properties: { name: text(200), company: text(200), email: text(320), phone: text(50) },
      },
      lines: {
        type: 'array',
        minItems: 1,
        maxItems: MAX_LINES,
        items: {
          type: 'object',
          required: ['sku', 'quantity'],
          additionalProperties: false,
          properties: {
            sku: text(100),
            quantity: { type: 'integer', minimum: 1, maximum: MAX_QUANTITY },
            unitPrice: amount("Minor units of the order's currency; the catalogue's price when it is left out."),
            discount: amount('Minor units off the whole line.'),
            discountRate: rate('Fraction off the whole line.'),
            taxes,
          },
        },
      },
      shipTo: {
        type: 'object',
        required: ['name', 'street', 'city', 'country'],
        additionalProperties: false,
        properties: {
          name: text(200),
          company: text(200),
          street: text(300),
          street2: text(300),
          city: text(200),
          region: text(200),
          postalCode: text(20),
          country: text(100, 'ISO 3166-1 code, or the name in English, Chinese or German.'),
          phone: text(50),
        },
      },
      currency: text(3, "ISO 4217; the catalogue's when it is left out."),
      shipping: amount('Charge for delivery, minor units.'),
      shippingTaxes: taxes,
      taxesIncluded: {
        type: 'boolean',
        default: false,
        description: 'Prices, fees and shipping hold their taxes. Otherwise taxes come on top.',
      },
      discount: amount('Minor units off the whole order, spread over its lines.'),
      discountRate: rate('Fraction off the whole order.'),
      fees: {
        type: 'array',
        maxItems: 50,
        items: {
          type: 'object',
          required: ['code', 'amount'],
          additionalProperties: false,
          properties: { code: text(100), name: text(200), amount: amount('Minor units.'), taxes },
        },
      },
      paymentTerms: { type: 'string', enum: ['prepaid', 'invoice', 'cod'], default: 'prepaid' },
      payment: {
        type: 'object',
        required: ['parts'],
        additionalProperties: false,
        description: 'How a prepaid order is paid where that is more than one payment at once.',
        properties: {
          parts: {
            type: 'array',
            minItems: 1,
            maxItems: 10,
            items: {
              type: 'object',
              required: ['method'],
              additionalProperties: false,
              properties: {
                method: { type: 'string', enum: [...PAYMENT_METHODS] },
                amount: amount('Minor units. One part may leave it out: it takes the rest.'),
                purpose: { type: 'string', enum: ['deposit', 'balance'] },
                due: { type: 'string', enum: ['release', 'delivery', 'invoice'] },
                giftCard: text(40, 'Code of a gift card.'),
              },
            },
          },
          ask: { type: 'string', enum: ['ordered', 'allocated'], default: 'allocated' },
          releaseWhen: { type: 'string', enum: ['authorized', 'captured'], default: 'captured' },
          capture: { type: 'string', enum: ['at_once', 'on_shipment', 'by_hand'], default: 'at_once' },
        },
      },
      deliveryWish: {
        type: 'object',
        additionalProperties: false,
        properties: { requestedDate: { type: 'string', format: 'date' }, note: text(2000) },
      },
      requiredBy: { type: 'string', format: 'date-time' },
      channel: { ...text(100, 'Where the order comes from.'), default: 'api' },
      externalNumber: text(100, "The channel's own number. An order with it is placed once."),
      locale: { type: 'string', enum: ['zh-CN', 'en'], description: 'Language of notices to the customer.' },
    },
    example: {
      customerId: 'ALFKI',
      lines: [{ sku: 'NW-001', quantity: 2 }],
      shipTo: { name: 'Example Ltd', street: 'Example Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
      paymentTerms: 'invoice',
    },
  },
};
