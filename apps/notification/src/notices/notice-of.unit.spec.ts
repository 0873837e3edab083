import { noticeOf } from './notice-of.js';

describe('the notice of an order’s fact', () => {
  const resolved = (more: object) =>
    noticeOf({
      type: 'orderloom.order.HoldResolved.v1',
      data: { holdId: 'O-H1', resolution: 'CORRECTED', occurredAt: '2026-03-01T10:00:00.000Z', ...more },
    } as Parameters<typeof noticeOf>[0]);

  it('tells of a corrected address once per hold, without the address; of other decisions nothing', () => {
    expect(resolved({ shipTo: { country: 'DE' } })).toEqual({ kind: 'address-corrected', occasion: 'O-H1', more: {} });
    expect(resolved({})).toBeUndefined();
  });
});
