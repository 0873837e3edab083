import type { ApiBodyOptions } from '@nestjs/swagger';

/** The body of a proposal, for the interface's documentation. */
export const amendmentBody: ApiBodyOptions = {
  schema: {
    type: 'object',
    properties: {
      requestedBy: { type: 'string', enum: ['CUSTOMER', 'STAFF'], default: 'CUSTOMER' },
      reason: { type: 'string', maxLength: 200, default: 'CUSTOMER_REQUEST' },
      note: { type: 'string', maxLength: 2000 },
      lines: {
        type: 'array',
        description: 'lines with the units and the unit price they shall have; quantity 0 takes the line off',
        items: {
          type: 'object',
          required: ['lineId'],
          properties: {
            lineId: { type: 'string', example: 'L1' },
            quantity: { type: 'integer', minimum: 0 },
            unitPrice: { type: 'integer', minimum: 0, description: 'minor units' },
          },
        },
      },
      add: {
        type: 'array',
        description: 'lines to add, as when placing an order',
        items: {
          type: 'object',
          required: ['sku', 'quantity'],
          properties: {
            sku: { type: 'string' },
            quantity: { type: 'integer', minimum: 1 },
            unitPrice: { type: 'integer', minimum: 0, description: "minor units; the catalogue's price when absent" },
            discount: { type: 'integer', minimum: 0 },
          },
        },
      },
      shipTo: { type: 'object', description: 'the whole address, as when placing an order' },
      deliveryWish: {
        type: 'object',
        properties: { requestedDate: { type: 'string', format: 'date-time' }, note: { type: 'string' } },
      },
      requiredBy: { type: 'string', format: 'date-time' },
      paymentTerms: { type: 'string', enum: ['prepaid', 'invoice', 'cod'] },
    },
  },
};
