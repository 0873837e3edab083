import type { FulfilmentEvent } from '@orderloom/contracts';
import { givenFor, spec } from '@orderloom/testing';
import * as work from './decide.js';
import { type Fulfilment, type FulfilmentStatus, fulfilment } from './fulfilment.js';

const AT = '2026-03-01T09:00:00.000Z';
const ID = 'f1';
const facts = {
  fulfilmentId: ID,
  orderId: 'o1',
  orderNumber: '1001',
  location: 'main',
  lines: [
    { lineId: 'L1', sku: 'A', name: 'Tea', quantity: 2, reservationId: 'r1' },
    { lineId: 'L2', sku: 'B', name: 'Cup', quantity: 1, reservationId: 'r2' },
  ],
  shipTo: { country: 'DE' },
};
const step = { fulfilmentId: ID, orderId: 'o1', occurredAt: AT };
const lines = [
  { lineId: 'L1', quantity: 2 },
  { lineId: 'L2', quantity: 1 },
];
const handover = { shipmentId: 's1', carrier: 'c', trackingNumber: 't', occurredAt: AT };
const past: FulfilmentEvent[] = [
  { type: 'FulfilmentCreated', data: facts },
  { type: 'FulfilmentAccepted', data: step },
  { type: 'PickingStarted', data: { ...step, lines } },
  { type: 'PickingCompleted', data: { ...step, lines } },
  { type: 'PackingStarted', data: { ...step, parcels: [] } },
  { type: 'PackingCompleted', data: { ...step, parcels: [{ parcelId: 'f1/1', lines }] } },
  { type: 'FulfilmentLabelled', data: { ...step, ...handover } },
  { type: 'FulfilmentShipped', data: { ...step, ...handover } },
];
const states: FulfilmentStatus[] = [
  'NONE',
  'CREATED',
  'ACCEPTED',
  'PICKING',
  'PICKED',
  'PACKING',
  'PACKED',
  'LABELLED',
  'SHIPPED',
];
const given = givenFor(fulfilment);
const at = (status: FulfilmentStatus) => given(...past.slice(0, states.indexOf(status)));
const cancelled = given(...past.slice(0, 2), { type: 'FulfilmentCancelled', data: { ...step, reason: 'x' } });

type Command = (state: Fulfilment) => FulfilmentEvent[];
const commands: Record<work.FulfilmentStep, { command: Command; event: FulfilmentEvent['type'] }> = {
  accept: { command: (s) => work.accept(ID, AT, s), event: 'FulfilmentAccepted' },
  startPicking: { command: (s) => work.startPicking(ID, AT, s), event: 'PickingStarted' },
  completePicking: { command: (s) => work.completePicking(ID, AT, s), event: 'PickingCompleted' },
  startPacking: { command: (s) => work.startPacking(ID, AT, s), event: 'PackingStarted' },
  completePacking: { command: (s) => work.completePacking(ID, AT, s), event: 'PackingCompleted' },
  label: { command: (s) => work.label(ID, handover, s), event: 'FulfilmentLabelled' },
  ship: { command: (s) => work.ship(ID, handover, s), event: 'FulfilmentShipped' },
};

describe('a fulfilment order', () => {
  it('is created once', () => {
    spec(fulfilment)
      .when((s) => work.create(facts, s))
      .then({ type: 'FulfilmentCreated', data: facts });
    at('CREATED')
      .when((s) => work.create(facts, s))
      .thenNothing();
    at('SHIPPED')
      .when((s) => work.create(facts, s))
      .thenNothing();
  });

  for (const [name, { command, event }] of Object.entries(commands)) {
    const { from, to } = work.fulfilmentSteps[name as work.FulfilmentStep];
    for (const status of states) {
      const outcome = at(status).when(command);
      if (status === 'NONE')
        it(`cannot ${name} what is not there`, () => void outcome.thenRefused('FULFILMENT_NOT_FOUND'));
      else if ((from as readonly FulfilmentStatus[]).includes(status))
        it(`can ${name} when ${status}`, () => void outcome.thenTypes(event));
      else if (states.indexOf(status) >= states.indexOf(to)) {
        it(`says nothing new to ${name} when ${status}`, () => void outcome.thenNothing());
      } else {
        it(`refuses to ${name} when ${status}`, () => {
          outcome.thenRefused('FULFILMENT_STEP_INVALID', { status, step: name });
        });
      }
    }
    it(`refuses to ${name} when CANCELLED`, () => void cancelled.when(command).thenRefused('FULFILMENT_CANCELLED'));
  }

  it('is picked as ordered, unless somebody says that units are missing', () => {
    const pick =
      (count: number): Command =>
      (s) =>
        work.completePicking(ID, AT, s, [
          { lineId: 'L1', quantity: count },
          { lineId: 'L2', quantity: 1 },
        ]);
    at('PICKING').when(pick(2)).thenTypes('PickingCompleted');
    at('PICKING').when(pick(1)).thenRefused('PICKED_QUANTITY_INVALID', { lineId: 'L1', expected: 2 });
  });

  it('is packed into parcels that hold exactly what was picked', () => {
    const pack =
      (first: number, second: number): Command =>
      (s) =>
        work.completePacking(ID, AT, s, [
          { parcelId: 'p1', lines: [{ lineId: 'L1', quantity: first }] },
          {
            parcelId: 'p2',
            weightGrams: 300,
            lines: [
              { lineId: 'L1', quantity: second },
              { lineId: 'L2', quantity: 1 },
            ],
          },
        ]);
    at('PACKING').when(pack(1, 1)).thenTypes('PackingCompleted');
    at('PACKING').when(pack(2, 1)).thenRefused('PARCELS_INCOMPLETE');
    at('PACKING')
      .when((s) => work.completePacking(ID, AT, s, [{ parcelId: 'p', lines: [{ lineId: 'L9', quantity: 1 }] }]))
      .thenRefused('PARCELS_INCOMPLETE');
  });

  it('counts a line that was reserved in parts as one', () => {
    const parts = [
      { lineId: 'L1', sku: 'A', name: 'Tea', quantity: 2, reservationId: 'r1' },
      { lineId: 'L1', sku: 'A', name: 'Tea', quantity: 3, reservationId: 'r2' },
    ];
    const total = [{ lineId: 'L1', quantity: 5 }];
    given({ type: 'FulfilmentCreated', data: { ...facts, lines: parts } })
      .when(work.inTurn(fulfilment.evolve, ...Object.values(commands).map(({ command }) => command)))
      .then(
        { type: 'FulfilmentAccepted', data: step },
        { type: 'PickingStarted', data: { ...step, lines: total } },
        { type: 'PickingCompleted', data: { ...step, lines: total } },
        { type: 'PackingStarted', data: { ...step, parcels: [] } },
        { type: 'PackingCompleted', data: { ...step, parcels: [{ parcelId: 'f1/1', lines: total }] } },
        { type: 'FulfilmentLabelled', data: { ...step, ...handover } },
        { type: 'FulfilmentShipped', data: { ...step, ...handover } },
      );
    const picking = [{ type: 'FulfilmentCreated' as const, data: { ...facts, lines: parts } }, ...past.slice(1, 3)];
    given(...picking)
      .when((s) => work.completePicking(ID, AT, s, total))
      .thenTypes('PickingCompleted');
    given(...picking)
      .when((s) => work.completePicking(ID, AT, s, [{ lineId: 'L1', quantity: 3 }]))
      .thenRefused('PICKED_QUANTITY_INVALID', { lineId: 'L1', expected: 5 });
  });

  it('remembers how it was handed over', () => {
    at('SHIPPED').state((s) => expect(s.handover).toEqual(handover));
  });

  it('is cancelled until it has left, once', () => {
    const cancel: Command = (s) => work.cancel('CUSTOMER_REQUEST', AT, s);
    at('PICKED').when(cancel).thenTypes('FulfilmentCancelled');
    at('SHIPPED').when(cancel).thenNothing();
    at('NONE').when(cancel).thenNothing();
    cancelled.when(cancel).thenNothing();
  });

  it('takes several steps in one go, leaving out those taken before', () => {
    const all = Object.values(commands).map(({ command }) => command);
    at('CREATED')
      .when(work.inTurn(fulfilment.evolve, ...all))
      .thenTypes(...past.slice(1).map((event) => event.type));
    at('PICKED')
      .when(work.inTurn(fulfilment.evolve, ...all))
      .thenTypes('PackingStarted', 'PackingCompleted', 'FulfilmentLabelled', 'FulfilmentShipped');
  });
});

describe('what does not go straight', () => {
  const missing = { lineId: 'L1', sku: 'A', quantity: 1, reservationId: 'r1' };
  const found = [
    { lineId: 'L1', quantity: 1 },
    { lineId: 'L2', quantity: 1 },
  ];
  const short = { reason: 'NOT_FOUND_AT_BIN' };

  it('is rejected until it is packed, once, with all that needs another source', () => {
    const reject: Command = (s) => work.reject(ID, { reason: 'NO_CAPACITY', note: 'full' }, AT, s);
    const reserved = facts.lines.map(({ name: _, ...line }) => line);
    const told = { ...step, location: 'main', reason: 'NO_CAPACITY', note: 'full', lines: reserved };
    const event: FulfilmentEvent = { type: 'FulfilmentRejected', data: told };
    for (const status of ['CREATED', 'ACCEPTED', 'PICKING', 'PICKED'] as const) at(status).when(reject).then(event);
    for (const status of ['PACKING', 'PACKED', 'LABELLED', 'SHIPPED'] as const) {
      at(status).when(reject).thenRefused('FULFILMENT_STEP_INVALID', { status });
    }
    given(...past.slice(0, 1), event)
      .when(reject)
      .thenNothing();
    given(...past.slice(0, 1), event)
      .when((s) => work.accept(ID, AT, s))
      .thenRefused('FULFILMENT_REJECTED');
    cancelled.when(reject).thenRefused('FULFILMENT_CANCELLED');
  });

  it('ships what was found when a pick is short, and tells what is missing', () => {
    const events = at('PICKING').when((s) => work.completePicking(ID, AT, s, found, short)).events;
    expect(events).toEqual([
      { type: 'FulfilmentShort', data: { ...step, location: 'main', ...short, lines: [missing], rest: found } },
      { type: 'PickingCompleted', data: { ...step, lines: found } },
    ]);
    const picked = given(...past.slice(0, 3), ...events);
    picked.state((s) => expect(s.lines.map(({ quantity }) => quantity)).toEqual([1, 1]));
    const rest = [commands.startPacking, commands.completePacking, commands.ship].map(({ command }) => command);
    picked
      .when(work.inTurn(fulfilment.evolve, ...rest))
      .then(
        { type: 'PackingStarted', data: { ...step, parcels: [] } },
        { type: 'PackingCompleted', data: { ...step, parcels: [{ parcelId: 'f1/1', lines: found }] } },
        { type: 'FulfilmentShipped', data: { ...step, ...handover } },
      );
  });

  it('ends when nothing was found', () => {
    const { events } = at('PICKING').when((s) => work.completePicking(ID, AT, s, [], short));
    expect(events.map(({ type }) => type)).toEqual(['FulfilmentShort']);
    given(...past.slice(0, 3), ...events)
      .when((s) => work.startPacking(ID, AT, s))
      .thenRefused('FULFILMENT_SHORT');
  });

  it('is late once, and never when it is over', () => {
    const late: Command = (s) => work.overdue(AT, AT, s);
    at('PICKING').when(late).thenTypes('FulfilmentOverdue');
    given(...past.slice(0, 3), ...at('PICKING').when(late).events)
      .when(late)
      .thenNothing();
    at('SHIPPED').when(late).thenNothing();
    cancelled.when(late).thenNothing();
  });

  it('keeps the carrier that was booked', () => {
    const other = { ...handover, carrier: 'other', trackingNumber: 'x', occurredAt: '2026-03-01T10:00:00.000Z' };
    at('LABELLED')
      .when((s) => work.ship(ID, other, s))
      .then({ type: 'FulfilmentShipped', data: { ...step, ...handover, occurredAt: other.occurredAt } });
  });
});

describe('scanning', () => {
  const scan =
    (
      sku: string | undefined,
      quantity = 1,
      more: { stage?: 'pick' | 'pack'; scanId?: string; parcelId?: string } = {},
    ): Command =>
    (s) =>
      work.scan(ID, { scanId: 's1', stage: 'pick', sku, code: sku ?? '4006381333931', quantity, at: AT, ...more }, s);

  it('counts each item once and completes with the last', () => {
    const events: FulfilmentEvent[] = [...past.slice(0, 3)];
    const pull = (command: Command, ...types: string[]) => {
      events.push(
        ...given(...events)
          .when(command)
          .thenTypes(...types).events,
      );
    };
    pull(scan('A'), 'UnitsScanned');
    pull(scan('A'));
    pull(scan('A', 1, { scanId: 's2' }), 'UnitsScanned');
    pull(scan('B', 1, { scanId: 's3' }), 'UnitsScanned', 'PickingCompleted');
    pull((s) => work.startPacking(ID, AT, s), 'PackingStarted');
    pull(scan('A', 2, { stage: 'pack', scanId: 's4', parcelId: 'P1' }), 'UnitsScanned');
    pull(scan('B', 1, { stage: 'pack', scanId: 's5', parcelId: 'P2' }), 'UnitsScanned', 'PackingCompleted');
    expect(events.at(-1)?.data).toMatchObject({
      parcels: [
        { parcelId: 'P1', lines: [{ lineId: 'L1', quantity: 2 }] },
        { parcelId: 'P2', lines: [{ lineId: 'L2', quantity: 1 }] },
      ],
    });
  });

  it('refuses what does not belong, what is unknown, and one too many', () => {
    at('PICKING')
      .when(scan('C'))
      .thenRefused('SCANNED_ITEM_WRONG', { sku: 'C', expected: ['A', 'B'] });
    at('PICKING').when(scan(undefined)).thenRefused('SCANNED_ITEM_UNKNOWN', { code: '4006381333931' });
    at('PICKING').when(scan('A', 3)).thenRefused('SCANNED_TOO_MANY', { left: 2, quantity: 3 });
    at('ACCEPTED').when(scan('A')).thenRefused('FULFILMENT_STEP_INVALID', { status: 'ACCEPTED' });
  });
});
