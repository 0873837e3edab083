import type { FulfilmentEvent } from '@orderloom/contracts';
import { givenFor } from '@orderloom/testing';
import { accept, create, ship } from '../fulfilment/decide.js';
import { stop } from '../fulfilment/decide-stop.js';
import { type Fulfilment, fulfilment } from '../fulfilment/fulfilment.js';
import { join, leave, mergeInto, shipWith, unmerge } from './decide-merge.js';
import { byLine, giveUpPart, partFacts, rejoin, split } from './decide-split.js';

const AT = '2026-03-01T09:00:00.000Z';
const line = (lineId: string, quantity: number, reservationId = `r-${lineId}`) => ({
  lineId,
  sku: `S-${lineId}`,
  name: lineId,
  quantity,
  reservationId,
});
const facts = {
  fulfilmentId: 'f1',
  orderId: 'o1',
  orderNumber: '1001',
  location: 'main',
  lines: [line('L1', 2), line('L1', 1, 'r-more'), line('L2', 1)],
  shipTo: { country: 'DE' },
};
const given = givenFor(fulfilment);
const created = create(facts, fulfilment.initial());
const fold = (events: readonly FulfilmentEvent[], from: Fulfilment = fulfilment.initial()) =>
  events.reduce(fulfilment.evolve, from);
const accepted = accept('f1', AT, fold(created));

const parts = [
  [{ lineId: 'L1', quantity: 1 }],
  [
    { lineId: 'L1', quantity: 2 },
    { lineId: 'L2', quantity: 1 },
  ],
];
const divide = (state: Fulfilment) => split('f1', { splitId: 's1', parts, at: AT }, state);
const stopIt = (tooLate: boolean) => (state: Fulfilment) =>
  stop({ stopId: 't1', releaseId: 'f1', reason: 'R', at: AT, tooLate }, state);

describe('splitting', () => {
  it('gives every unit to one part, with the reservation it has', () => {
    const [event] = divide(fold(created));
    expect(event).toMatchObject({
      type: 'FulfilmentSplit',
      data: {
        parts: [
          { fulfilmentId: 'f1-S1.1', lines: [{ reservationId: 'r-L1', quantity: 1 }] },
          {
            fulfilmentId: 'f1-S1.2',
            lines: [
              { reservationId: 'r-L1', quantity: 1 },
              { reservationId: 'r-more', quantity: 1 },
              { reservationId: 'r-L2', quantity: 1 },
            ],
          },
        ],
      },
    });
    given(...created, ...divide(fold(created)))
      .when(divide)
      .thenNothing();
  });

  it.each([
    [
      'too few parts',
      [
        [
          { lineId: 'L1', quantity: 3 },
          { lineId: 'L2', quantity: 1 },
        ],
      ],
    ],
    ['a unit left over', [[{ lineId: 'L1', quantity: 1 }], [{ lineId: 'L1', quantity: 2 }]]],
    ['a unit too many', [[{ lineId: 'L1', quantity: 4 }], [{ lineId: 'L2', quantity: 1 }]]],
  ])('refuses %s', (_, wrong) => {
    given(...created)
      .when((state) => split('f1', { splitId: 's1', parts: wrong, at: AT }, state))
      .thenRefused('SPLIT_INCOMPLETE');
  });

  it('is over once work has begun, and nobody works on what is split', () => {
    given(...created, ...accepted)
      .when(divide)
      .thenRefused('FULFILMENT_STARTED');
    given(...created, ...divide(fold(created)))
      .when((state) => accept('f1', AT, state))
      .thenRefused('FULFILMENT_REGROUPED');
    expect(byLine(fold(created))).toHaveLength(2);
  });

  it('is taken back part by part, until every unit is where it was', () => {
    let release = fold([...created, ...divide(fold(created))]);
    for (const part of release.group.parts) {
      const own = fold(create(partFacts(facts, { ...part, lines: [...part.lines] }), fulfilment.initial()));
      const given = giveUpPart(part.fulfilmentId, AT, own);
      expect(given).toMatchObject([{ type: 'FulfilmentCancelled', data: { reason: 'REJOINED', releaseId: 'f1' } }]);
      expect(giveUpPart(part.fulfilmentId, AT, fold(given, own))).toEqual([]);
      release = fold(rejoin(part.fulfilmentId, AT, release), release);
      expect(rejoin(part.fulfilmentId, AT, release)).toEqual([]);
    }
    expect(release.status).toBe('CREATED');
    expect(release.facts?.lines.toSorted((a, b) => (a.reservationId < b.reservationId ? -1 : 1))).toEqual(
      facts.lines.toSorted((a, b) => (a.reservationId < b.reservationId ? -1 : 1)),
    );
    expect(split('f1', { splitId: 's2', parts, at: AT }, release)).toMatchObject([
      { data: { parts: [{ fulfilmentId: 'f1-S2.1' }, { fulfilmentId: 'f1-S2.2' }] } },
    ]);
  });

  it('leaves the answer to a stop to the parts', () => {
    given(...created, ...divide(fold(created)))
      .when(stopIt(false))
      .thenNothing();
  });
});

describe('merging', () => {
  const member = { fulfilmentId: 'f2', orderId: 'o2', orderNumber: '1002', lines: [line('L1', 1, 'r-2')] };
  const merged = mergeInto('f1', 'lead', 'm1', AT, fold(created));
  const handover = { shipmentId: 's', carrier: 'c', trackingNumber: 't', occurredAt: AT };

  it('parks one and lets the other take it along', () => {
    given(...created)
      .when((state) => mergeInto('f1', 'lead', 'm1', AT, state))
      .thenTypes('FulfilmentMerged');
    given(...created, ...merged)
      .when((state) => mergeInto('f1', 'lead', 'm1', AT, state))
      .thenNothing();
    given(...created, ...merged)
      .when((state) => accept('f1', AT, state))
      .thenRefused('FULFILMENT_REGROUPED');
    given(...created, ...accepted)
      .when((state) => mergeInto('f1', 'lead', 'm1', AT, state))
      .thenRefused('FULFILMENT_STARTED');
    const lead = fold([...created, ...join('f1', member, 'm1', AT, fold(created))]);
    expect(join('f1', member, 'm1', AT, lead)).toEqual([]);
    expect(lead.group.members).toMatchObject([member]);
    given(...created, ...accepted)
      .when((state) => join('f1', member, 'm1', AT, state))
      .thenRefused('FULFILMENT_STARTED');
  });

  it('is undone until work has begun; a stop may do it later', () => {
    const lead = fold([...created, ...join('f1', member, 'm1', AT, fold(created))]);
    const working = fold(accepted, lead);
    expect(leave('f1', 'f2', AT, false, lead)).toMatchObject([{ type: 'FulfilmentLeft' }]);
    expect(() => leave('f1', 'f2', AT, false, working)).toThrow('FULFILMENT_STARTED');
    expect(leave('f1', 'f2', AT, true, working)).toMatchObject([{ type: 'FulfilmentLeft' }]);
    given(...created, ...merged)
      .when((state) => unmerge('lead', 'm1', AT, state))
      .thenTypes('FulfilmentUnmerged');
    given(...created, ...merged)
      .when((state) => unmerge('lead', 'an earlier one', AT, state))
      .thenNothing();
    given(...created)
      .when((state) => unmerge('lead', 'm1', AT, state))
      .thenNothing();
    given(...created, ...merged)
      .when(stopIt(true))
      .thenTypes('FulfilmentStopRefused');
  });

  it('leaves with the parcel, under its number', () => {
    given(...created, ...merged)
      .when((state) => shipWith('lead', handover, state))
      .thenTypes('FulfilmentShipped');
    given(...created)
      .when((state) => shipWith('lead', handover, state))
      .thenNothing();
    const packed: Fulfilment = {
      ...fold([...created, ...join('f1', member, 'm1', AT, fold(created))]),
      status: 'PACKED',
    };
    expect(ship('f1', handover, packed)).toMatchObject([{ data: { members: ['f2'], trackingNumber: 't' } }]);
  });
});
