import { mergeOpenApi, type OpenApi } from './merge.js';

const document = (path: string, schema: object): OpenApi => ({
  openapi: '3.0.0',
  info: { title: 't', version: '1' },
  paths: { [path]: { get: { responses: { 200: { $ref: '#/components/schemas/Money' } } } }, '/health/live': {} },
  components: { schemas: { Money: schema }, securitySchemes: { bearer: { type: 'http' } } },
});

describe('one API document for all services', () => {
  it('shares equal schemas and leaves out what operators use', () => {
    const merged = mergeOpenApi(
      new Map([
        ['order', document('/api/orders', { type: 'object' })],
        ['inventory', document('/api/stock', { type: 'object' })],
      ]),
    );
    expect(Object.keys(merged.paths)).toEqual(['/api/orders', '/api/stock']);
    expect(Object.keys(merged.components?.schemas ?? {})).toEqual(['Money']);
    expect(merged.components?.securitySchemes).toEqual({ bearer: { type: 'http' } });
  });

  it('keeps apart what two services call by one name', () => {
    const merged = mergeOpenApi(
      new Map([
        ['order', document('/api/orders', { type: 'object' })],
        ['inventory', document('/api/stock', { type: 'string' })],
      ]),
    );
    expect(merged.components?.schemas).toEqual({ Money: { type: 'object' }, InventoryMoney: { type: 'string' } });
    expect(JSON.stringify(merged.paths['/api/stock'])).toContain('#/components/schemas/InventoryMoney');
    expect(JSON.stringify(merged.paths['/api/orders'])).toContain('#/components/schemas/Money');
  });
});
