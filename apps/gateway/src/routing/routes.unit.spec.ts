import { routeOf } from './routes.js';

const backend = (name: string) => ({ to: 'backend', backend: name });

describe('routes of the gateway', () => {
  it.each([
    ['/api/orders', backend('order')],
    ['/api/orders/1?at=2026-01-01T00:00:00Z', backend('order')],
    ['/api/stock/receipts', backend('inventory')],
    ['/api/simulation', backend('logistics')],
    ['/api/simulation/payments', backend('orderWorker')],
    ['/api/imports?kind=orders&mode=live', backend('orderWorker')],
    ['/api/imports?mode=live&kind=suppliers', backend('inventory')],
    ['/api/imports/customers-0198/rejections', backend('customer')],
    ['/api/imports', { to: 'gateway' }],
    ['/api/personal-data/C1', { to: 'gateway' }],
    ['/api/events', { to: 'gateway' }],
    ['/api/docs/openapi.json', { to: 'gateway' }],
    ['/', { to: 'gateway' }],
    ['/health/live', { to: 'gateway' }],
    ['/api/ordersx', { to: 'nobody', reason: 'NOT_FOUND' }],
    ['/api/', { to: 'nobody', reason: 'NOT_FOUND' }],
    ['/api/imports?kind=planets', { to: 'nobody', reason: 'IMPORT_KIND_UNKNOWN' }],
    ['/api/imports?kind=constructor', { to: 'nobody', reason: 'IMPORT_KIND_UNKNOWN' }],
    ['/api/imports/planets-1', { to: 'nobody', reason: 'IMPORT_KIND_UNKNOWN' }],
  ])('%s', (url, route) => expect(routeOf(url)).toEqual(route));
});
