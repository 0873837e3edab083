import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { trackStatuses } from '../shipment/track.js';
import { kuaidi100Status, kuaidi100Statuses } from './kuaidi100.js';
import { readKuaidi100, readStandard } from './read-webhook.js';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes len').toString('base64')}`;
const signed = (body: string, at = new Date()) => ({
  carrier: 'acme',
  body,
  secret,
  headers: {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  },
});
const body = (status: string, more: object = {}) =>
  JSON.stringify({
    parcels: [{ trackingNumber: 'T1', events: [{ status, occurredAt: '2026-03-01T10:00:00+01:00', ...more }] }],
  });

describe('webhooks in our own form', () => {
  it('are read when the signature is right', () => {
    const [news] = readStandard(signed(body('IN_TRANSIT', { place: 'Hub', code: 'X1' })));
    expect(news).toMatchObject({
      trackingNumber: 'T1',
      updates: [{ status: 'IN_TRANSIT', occurredAt: '2026-03-01T09:00:00.000Z', place: 'Hub', code: 'X1' }],
    });
    const [again] = readStandard(signed(body('IN_TRANSIT', { code: 'X1' })));
    expect(again?.updates[0]?.scanKey).toBe(news?.updates[0]?.scanKey);
    expect(readStandard(signed(body('DELIVERED')))[0]?.updates[0]?.scanKey).not.toBe(news?.updates[0]?.scanKey);
  });

  it('are refused when anything about them is not', () => {
    const good = signed(body('IN_TRANSIT'));
    for (const bad of [
      { ...good, body: good.body.replace('T1', 'T2') },
      { ...good, secret: `whsec_${Buffer.from('another').toString('base64')}` },
      { ...good, headers: {} },
      signed(body('IN_TRANSIT'), new Date(Date.now() - 3_600_000)),
    ]) {
      expect(() => readStandard(bad)).toThrow('WEBHOOK_SIGNATURE_INVALID');
    }
    expect(() => readStandard(signed('{'))).toThrow('MALFORMED_JSON');
    expect(() => readStandard(signed(body('TELEPORTED')))).toThrow('VALIDATION_FAILED');
  });
});

describe('pushes of 快递100', () => {
  const push = (lastResult: object, salt = 'salt') => {
    const param = JSON.stringify({ status: 'polling', lastResult });
    const sign = createHash('md5')
      .update(param + salt)
      .digest('hex')
      .toUpperCase();
    return { carrier: 'sf', body: new URLSearchParams({ param, sign }).toString(), headers: {}, secret: 'salt' };
  };
  const entries = [
    {
      time: '2026-03-02 08:00:00',
      ftime: '2026-03-02 08:00:00',
      context: '王先生派件中 13800000000',
      areaName: '广东,深圳市',
      statusCode: '5',
    },
    { time: '2026-03-01 20:00:00', ftime: '2026-03-01 20:00:00', context: '已到达', statusCode: '1001' },
  ];

  it('are read oldest first, in the time of China, without the couriers they name', () => {
    const [news] = readKuaidi100(push({ nu: 'SF1', state: '5', data: entries }));
    expect(news).toMatchObject({
      trackingNumber: 'SF1',
      updates: [
        { status: 'IN_TRANSIT', occurredAt: '2026-03-01T12:00:00.000Z', code: '1001' },
        { status: 'OUT_FOR_DELIVERY', occurredAt: '2026-03-02T00:00:00.000Z', place: '广东,深圳市' },
      ],
    });
    expect(JSON.stringify(news)).not.toContain('13800000000');
  });

  it('without advanced states tell only what is newest', () => {
    const plain = entries.map(({ statusCode: _, ...entry }) => entry);
    const [news] = readKuaidi100(push({ nu: 'SF1', state: '3', data: plain }));
    expect(news?.updates.map(({ status }) => status)).toEqual(['DELIVERED']);
    expect(readKuaidi100(push([]))).toEqual([]);
  });

  it('are refused with another salt', () => {
    expect(() => readKuaidi100(push({ nu: 'SF1', state: '0', data: [] }, 'other'))).toThrow(
      'WEBHOOK_SIGNATURE_INVALID',
    );
    expect(() => readKuaidi100({ ...push({ nu: 'SF1' }), body: 'param=%7B' })).toThrow('WEBHOOK_SIGNATURE_INVALID');
  });

  it('know every state of the public table', () => {
    expect(Object.keys(kuaidi100Statuses)).toHaveLength(36);
    for (const status of Object.values(kuaidi100Statuses)) expect(trackStatuses).toContain(status);
    expect([kuaidi100Status('14'), kuaidi100Status('209'), kuaidi100Status('304'), kuaidi100Status('999')]).toEqual([
      'REFUSED',
      'DAMAGED',
      'DELIVERED',
      'IN_TRANSIT',
    ]);
  });
});
