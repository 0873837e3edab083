import type { ShipmentEvent } from '@orderloom/contracts';
import { checkProperty, givenFor } from '@orderloom/testing';
import fc from 'fast-check';
import { Snapshot } from '../data/reference.js';
import { fileClaim, settleClaim } from './claims.js';
import { overdueAt, remindAt, watch } from './deadlines.js';
import { deliver, dispatch, expected, inTransit } from './decide.js';
import { type Act, act, raise } from './exceptions.js';
import { type ExceptionKind, type Shipment, shipment } from './shipment.js';
import { shipmentsProjection } from './shipments.projection.js';
import { type TrackUpdate, track, trackStatuses } from './track.js';

const AT = '2026-03-01T09:00:00.000Z';
const PROMISED = '2026-03-03T09:00:00.000Z';
const facts = {
  shipmentId: 's1',
  fulfilmentId: 'f1',
  orderId: 'o1',
  orderNumber: '1001',
  location: 'main',
  carrier: 'united-package',
  trackingNumber: 'UP00000000001',
  country: 'DE',
  lines: [
    { lineId: 'L1', sku: 'A', quantity: 2, reservationId: 'r1' },
    { lineId: 'L2', sku: 'B', quantity: 1, reservationId: 'r2' },
  ],
  occurredAt: AT,
  promisedAt: PROMISED,
};
const data = new Snapshot();
const playbookOf = (kind: ExceptionKind) => data.playbook(kind);
const given = givenFor(shipment);
const sent: ShipmentEvent[] = [{ type: 'ShipmentDispatched', data: facts }];
const hour = (n: number) => new Date(Date.parse(AT) + n * 3_600_000).toISOString();
const scan = (n: number, status: TrackUpdate['status'], scanKey = `k${n}`): TrackUpdate => ({
  scanKey,
  status,
  occurredAt: hour(n),
});
const take = (update: TrackUpdate) => (s: Shipment) => track('s1', update, s, playbookOf);
const raised = (kind: ExceptionKind) => (s: Shipment) =>
  raise('s1', { kind, at: hour(5), playbook: playbookOf(kind) }, s);
const acts =
  (action: Act['action'], more: Partial<Act> = {}) =>
  (s: Shipment) =>
    act('s1', { exceptionId: 's1/E1', action, at: hour(6), ...more }, s);

/** All events after taking commands one after another. */
const after = (...commands: ((s: Shipment) => ShipmentEvent[])[]): ShipmentEvent[] => {
  const events = [...sent];
  for (const command of commands) events.push(...command(events.reduce(shipment.evolve, shipment.initial())));
  return events;
};

describe('scans of a carrier', () => {
  it('count once, and one that comes late turns nothing back', () => {
    const events = after(
      take(scan(1, 'OUT_FOR_DELIVERY')),
      take(scan(1, 'OUT_FOR_DELIVERY')),
      take(scan(0.5, 'IN_TRANSIT')),
    );
    expect(events.map(({ type }) => type)).toEqual(['ShipmentDispatched', 'ShipmentOutForDelivery', 'ShipmentScanned']);
    given(...events).state((s) => expect(s.status).toBe('OUT_FOR_DELIVERY'));
  });

  it('tell of a second try after a failed one; after two failed ones somebody has to act', () => {
    const events = after(
      take(scan(1, 'OUT_FOR_DELIVERY')),
      take(scan(2, 'DELIVERY_FAILED')),
      take(scan(3, 'OUT_FOR_DELIVERY')),
      take(scan(4, 'DELIVERY_FAILED')),
    );
    expect(events.map(({ type }) => type).slice(1)).toEqual([
      'ShipmentOutForDelivery',
      'ShipmentDeliveryFailed',
      'ShipmentOutForDelivery',
      'ShipmentDeliveryFailed',
      'ShipmentExceptionRaised',
    ]);
    given(...events).state((s) => expect(s).toMatchObject({ attempts: 2, exceptions: [{ kind: 'NOT_REACHED' }] }));
  });

  it('close what was open when it arrives after all', () => {
    const events = after(take(scan(1, 'LOST')), take(scan(2, 'DELIVERED')));
    expect(events.map(({ type }) => type).slice(1)).toEqual([
      'ShipmentLost',
      'ShipmentExceptionRaised',
      'ShipmentDelivered',
      'ShipmentExceptionClosed',
    ]);
  });

  it('change the promise when the carrier does', () => {
    const late = { ...scan(1, 'IN_TRANSIT'), promisedAt: hour(72) };
    given(...sent)
      .when(take(late))
      .thenTypes('ShipmentInTransit', 'ShipmentPromiseChanged');
    given(...after(take(late))).state((s) => expect(s.promisedAt).toBe(hour(72)));
  });

  it('come to the same, in whatever order and however often they come', async () => {
    const story = fc.subarray(
      [
        scan(1, 'IN_TRANSIT'),
        scan(2, 'IN_TRANSIT'),
        scan(3, 'OUT_FOR_DELIVERY'),
        scan(4, 'DELIVERY_FAILED'),
        scan(5, 'OUT_FOR_DELIVERY'),
      ],
      { minLength: 1 },
    );
    const told = story.chain((scans) =>
      fc.tuple(fc.constant(scans), fc.shuffledSubarray([...scans, ...scans], { minLength: scans.length * 2 })),
    );
    await checkProperty(
      fc.property(told, fc.boolean(), ([scans, heard], delivered) => {
        const end = scan(9, 'DELIVERED');
        const events = after(...[...(delivered ? [end] : []), ...heard].map(take));
        const keys = events.flatMap(({ data: d }) => ('scanKey' in d && d.scanKey !== undefined ? [d.scanKey] : []));
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.length).toBe(scans.length + (delivered ? 1 : 0));
        expect(events.filter(({ type }) => type === 'ShipmentDelivered').length).toBe(delivered ? 1 : 0);
        if (delivered) expect(events.reduce(shipment.evolve, shipment.initial()).status).toBe('DELIVERED');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a problem on the way', () => {
  it('comes with the playbook that is in force, once while it is open', () => {
    const outcome = given(...sent)
      .when(raised('LOST'))
      .thenTypes('ShipmentLost', 'ShipmentExceptionRaised');
    expect(outcome.events[1]?.data).toMatchObject({
      exceptionId: 's1/E1',
      owner: 'logistics',
      dueAt: hour(13),
      playbook: { kind: 'LOST', version: 0 },
      actions: ['RESEND', 'FILE_CLAIM', 'REQUEST_REFUND', 'CONTACT_CUSTOMER', 'CLOSE'],
    });
    given(...after(raised('LOST')))
      .when(raised('LOST'))
      .thenNothing();
  });

  it('is solved by sending again: everything, or the units that were named', () => {
    const whole = after(raised('LOST'), acts('RESEND'));
    expect(whole.slice(-2).map(({ type }) => type)).toEqual(['ShipmentActionTaken', 'ShipmentExceptionClosed']);
    given(...whole).state((s) => expect(expected(s)).toEqual([]));
    given(...whole)
      .when(acts('RESEND'))
      .thenNothing();
    // What was replaced and arrives nevertheless is no delivery of the order's any more.
    given(...whole)
      .when((s) => deliver('s1', hour(9), s))
      .thenNothing();
    given(...whole)
      .when(take(scan(9, 'DELIVERED')))
      .thenTypes('ShipmentScanned');
    const part = after(raised('DAMAGED'), acts('RESEND', { lines: [{ lineId: 'L1', quantity: 1 }] }));
    given(...part)
      .when((s) => deliver('s1', hour(9), s))
      .thenTypes('ShipmentDelivered');
    expect(part.at(-2)?.data).toMatchObject({ lines: [{ lineId: 'L1', quantity: 1, reservationId: 'r1' }] });
    given(...after(raised('LOST')))
      .when(acts('RESEND', { lines: [{ lineId: 'L1', quantity: 3 }] }))
      .thenRefused('SHIPMENT_UNITS_EXCEEDED');
  });

  it('takes only steps of its playbook, and none when it is closed', () => {
    const refused = after(raised('REFUSED'));
    given(...refused)
      .when(acts('RESEND'))
      .thenRefused('EXCEPTION_ACTION_UNKNOWN');
    given(...refused)
      .when(acts('CLOSE', { exceptionId: 's1/E7' }))
      .thenRefused('EXCEPTION_NOT_FOUND');
    given(...refused)
      .when(acts('RETURN_TO_SENDER'))
      .thenTypes('ShipmentActionTaken', 'ShipmentReturning', 'ShipmentExceptionClosed');
    given(...after(raised('REFUSED'), acts('CLOSE')))
      .when(acts('CONTACT_CUSTOMER'))
      .thenRefused('EXCEPTION_CLOSED');
    const lost = after(raised('NOT_REACHED'));
    given(...lost)
      .when(acts('REDELIVER'))
      .thenRefused('REDELIVERY_DATE_MISSING');
    given(...lost)
      .when(acts('REDELIVER', { date: hour(100) }))
      .thenTypes('ShipmentActionTaken', 'ShipmentPromiseChanged', 'ShipmentExceptionClosed');
    given(...after((s) => deliver('s1', hour(1), s), raised('DAMAGED')))
      .when(acts('RESEND'))
      .thenRefused('SHIPMENT_DELIVERED');
  });

  it('may be claimed from the carrier, one claim at a time', () => {
    const file = (amount: number) => (s: Shipment) =>
      fileClaim('s1', { amount, currency: 'EUR', exceptionId: 's1/E1', answerDays: 14, at: hour(7) }, s);
    const settle = (outcome: 'PAID' | 'REFUSED', amount?: number) => (s: Shipment) =>
      settleClaim('s1', { claimId: 's1/C1', outcome, amount, at: hour(8) }, s);
    const filed = after(raised('LOST'), acts('RESEND'), file(5000));
    expect(filed.at(-1)?.data).toMatchObject({ claimId: 's1/C1', amount: 5000, dueAt: hour(7 + 14 * 24) });
    given(...filed)
      .when(file(5000))
      .thenNothing();
    given(...filed)
      .when(file(6000))
      .thenRefused('CLAIM_OPEN');
    given(...filed)
      .when(settle('PAID', 6000))
      .thenRefused('CLAIM_AMOUNT_EXCEEDED');
    given(...filed)
      .when(settle('PAID', 3000))
      .thenTypes('CarrierClaimSettled');
    const settled = after(raised('LOST'), file(5000), settle('PAID', 3000));
    given(...settled)
      .when(settle('PAID', 3000))
      .thenNothing();
    given(...settled)
      .when(settle('REFUSED'))
      .thenRefused('CLAIM_SETTLED');
    given(...sent)
      .when(settle('PAID'))
      .thenRefused('CLAIM_NOT_FOUND');
  });
});

describe('deadlines', () => {
  it('are reminded of once, and told once when they are over', () => {
    const at = (time: string) => (s: Shipment) => watch('s1', time, s);
    const near = remindAt(AT, PROMISED);
    expect(near < PROMISED).toBe(true);
    given(...sent)
      .when(at(hour(1)))
      .thenNothing();
    given(...sent)
      .when(at(near))
      .thenTypes('ShipmentDeadlineNear');
    const reminded = after(at(near));
    given(...reminded)
      .when(at(PROMISED))
      .thenNothing();
    given(...reminded)
      .when(at(overdueAt(AT, PROMISED)))
      .thenTypes('ShipmentOverdue');
    given(...after(at(near), at(overdueAt(AT, PROMISED))))
      .when(at(hour(500)))
      .thenNothing();
    given(...after((s) => deliver('s1', hour(1), s)))
      .when(at(hour(500)))
      .thenNothing();
  });

  it('are never listed as due when there is nothing to say: the list would find them for ever', async () => {
    const update = fc.record({
      scanKey: fc.uuid(),
      status: fc.constantFrom(...trackStatuses),
      hours: fc.integer({ min: 0, max: 200 }),
    });
    const step = fc.oneof(
      update.map((u) => take({ ...scan(u.hours, u.status), scanKey: u.scanKey })),
      fc.constantFrom(acts('RESEND'), acts('CLOSE'), acts('RETURN_TO_SENDER'), acts('REDELIVER', { date: hour(90) })),
      fc.integer({ min: 0, max: 200 }).map((n) => (s: Shipment) => watch('s1', hour(n), s)),
    );
    await checkProperty(
      fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 0, max: 300 }), (steps, hours) => {
        let state = shipment.initial();
        let doc: ReturnType<typeof shipmentsProjection.evolve> = null;
        let sequence = -1;
        const fold = (events: readonly ShipmentEvent[]) => {
          for (const event of events) {
            state = shipment.evolve(state, event);
            const seen = { id: '', schemaVersion: 1, streamId: 'shipment-s1', sequence: ++sequence, time: AT };
            const meta = { correlationId: '', causationId: '', actor: '', origin: { source: 'log', offset: 0n } };
            doc = shipmentsProjection.evolve(doc, { ...seen, ...meta, ...event });
          }
        };
        fold(dispatch(facts, state));
        for (const command of steps) {
          try {
            fold(command(state));
          } catch (error) {
            if (!(error instanceof Error) || error.name !== 'Refused') throw error;
          }
        }
        const now = hour(hours);
        const listed = doc as unknown as { watchAt: string | null; status: string };
        expect(listed.status).toBe(state.status);
        const due = listed.watchAt !== null && listed.watchAt <= now;
        expect(watch('s1', now, state).length > 0).toBe(due);
      }),
      { numRuns: 300 },
    );
  });

  it('know a shipment that was found', () => {
    const events = after(take(scan(1, 'LOST')), (s) => inTransit('s1', hour(2), s));
    expect(events.at(-1)).toMatchObject({ type: 'ShipmentExceptionClosed', data: { outcome: 'FOUND' } });
  });
});
