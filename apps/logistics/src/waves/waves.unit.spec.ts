import { checkProperty, givenFor, spec } from '@orderloom/testing';
import fc from 'fast-check';
import { cancelWave, completeWave, planWave, startWave } from './decide.js';
import { pickList, walkOrder } from './pick-list.js';
import { planWaves, type WaveCandidate } from './plan-waves.js';
import { type WaveEvent, wave } from './wave.js';

const AT = '2026-03-01T09:00:00.000Z';
const facts = {
  waveId: 'w1',
  location: 'main',
  carrier: null,
  zone: null,
  dueAt: null,
  fulfilmentIds: ['f1'],
  units: 1,
  sharedStops: 0,
  reason: 'x',
};

describe('a wave', () => {
  const given = givenFor(wave);
  const planned: WaveEvent = { type: 'WavePlanned', data: facts };
  const started: WaveEvent = { type: 'WaveStarted', data: { waveId: 'w1', occurredAt: AT } };
  const done: WaveEvent = { type: 'WaveCompleted', data: { waveId: 'w1', occurredAt: AT } };

  it('is planned, started and completed once, and dissolved until it is complete', () => {
    spec(wave)
      .when((s) => planWave(facts, s))
      .then(planned);
    given(planned)
      .when((s) => planWave(facts, s))
      .thenNothing();
    given(planned)
      .when((s) => startWave('w1', AT, s))
      .then(started);
    given(planned, started)
      .when((s) => startWave('w1', AT, s))
      .thenNothing();
    given(planned)
      .when((s) => completeWave('w1', AT, s))
      .thenRefused('WAVE_NOT_STARTED');
    given(planned, started)
      .when((s) => completeWave('w1', AT, s))
      .then(done);
    given(planned, started, done)
      .when((s) => cancelWave('w1', AT, s))
      .thenRefused('WAVE_OVER');
    given(planned, { type: 'WaveCancelled', data: { waveId: 'w1', occurredAt: AT } })
      .when((s) => startWave('w1', AT, s))
      .thenRefused('WAVE_OVER');
    spec(wave)
      .when((s) => startWave('w1', AT, s))
      .thenRefused('WAVE_NOT_FOUND');
  });
});

describe('planning waves', () => {
  const rules = { maxFulfilments: 2, maxUnits: 10, by: ['carrier' as const], deadlineSpreadMs: 3_600_000 };
  const candidate = (fulfilmentId: string, skus: string, change: Partial<WaveCandidate> = {}): WaveCandidate => ({
    fulfilmentId,
    carrier: 'c',
    zone: 'z',
    dueAt: null,
    items: [...skus].map((sku) => ({ sku, quantity: 1 })),
    ...change,
  });

  it('puts together what shares products', () => {
    const waves = planWaves(
      [candidate('1', 'AB'), candidate('2', 'CD'), candidate('3', 'ABC'), candidate('4', 'DE')],
      rules,
    );
    expect(waves.map(({ fulfilmentIds, sharedStops }) => [fulfilmentIds, sharedStops])).toEqual([
      [['1', '3'], 2],
      [['2', '4'], 1],
    ]);
  });

  it('mixes no carriers, and begins with what is due first', () => {
    const waves = planWaves(
      [candidate('1', 'A'), candidate('2', 'A', { carrier: 'd' }), candidate('3', 'B', { dueAt: AT })],
      rules,
    );
    expect(waves.map(({ fulfilmentIds }) => fulfilmentIds)).toEqual([['3'], ['1'], ['2']]);
  });

  it('never loses or doubles one, and never makes a wave too large', async () => {
    const any = fc.record({
      skus: fc.string({ unit: fc.constantFrom('A', 'B', 'C', 'D'), minLength: 1, maxLength: 4 }),
      carrier: fc.constantFrom('c', 'd', null),
      dueAt: fc.constantFrom(null, AT, '2026-03-01T09:30:00.000Z', '2026-03-05T09:00:00.000Z'),
    });
    await checkProperty(
      fc.property(fc.array(any, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (all, maxFulfilments) => {
        const candidates = all.map(({ skus, ...rest }, at) => candidate(String(at), skus, rest));
        const waves = planWaves(candidates, { ...rules, maxFulfilments, maxUnits: 8 });
        expect(waves.flatMap(({ fulfilmentIds }) => fulfilmentIds).sort()).toEqual(
          candidates.map(({ fulfilmentId }) => fulfilmentId).sort(),
        );
        for (const { fulfilmentIds, units } of waves) {
          expect(fulfilmentIds.length).toBeLessThanOrEqual(maxFulfilments);
          expect(units <= 8 || fulfilmentIds.length === 1).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('pick lists', () => {
  it('go up one aisle and down the next, the tenth bin after the second', () => {
    expect(walkOrder(['B-1', 'A-10', 'A-2', 'B-3', 'C-1'])).toEqual(['A-2', 'A-10', 'B-3', 'B-1', 'C-1']);
    expect(walkOrder(['A-1', 'B-1', 'B-2'], ['B', 'A'])).toEqual(['B-1', 'B-2', 'A-1']);
  });

  it('stop once per product, whoever it is for; what lies nowhere comes last', () => {
    const line = (fulfilmentId: string, lineId: string, sku: string, quantity: number) => ({
      fulfilmentId,
      lineId,
      sku,
      name: sku,
      quantity,
    });
    const bins: Record<string, string> = { tea: 'A-10', cup: 'A-2' };
    expect(
      pickList(
        [
          line('f1', 'L1', 'tea', 2),
          line('f1', 'L2', 'spoon', 1),
          line('f2', 'L1', 'cup', 1),
          line('f2', 'L2', 'tea', 3),
        ],
        (sku) => bins[sku],
      ),
    ).toEqual([
      { bin: 'A-2', sku: 'cup', name: 'cup', quantity: 1, boxes: [{ fulfilmentId: 'f2', lineId: 'L1', quantity: 1 }] },
      {
        bin: 'A-10',
        sku: 'tea',
        name: 'tea',
        quantity: 5,
        boxes: [
          { fulfilmentId: 'f1', lineId: 'L1', quantity: 2 },
          { fulfilmentId: 'f2', lineId: 'L2', quantity: 3 },
        ],
      },
      {
        bin: null,
        sku: 'spoon',
        name: 'spoon',
        quantity: 1,
        boxes: [{ fulfilmentId: 'f1', lineId: 'L2', quantity: 1 }],
      },
    ]);
  });
});
