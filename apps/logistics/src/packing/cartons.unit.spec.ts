import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import { defaults } from '../data/defaults.js';
import type { ItemData } from '../data/kinds.js';
import { type Carton, FILL, packCartons } from './cartons.js';

const cartons: Carton[] = Object.entries(defaults.carton).map(([code, carton]) => ({ ...carton, code }));
const room = ({ lengthMm, widthMm, heightMm }: Pick<Carton, 'lengthMm' | 'widthMm' | 'heightMm'>) =>
  (lengthMm * widthMm * heightMm) / 1_000;
const items: Record<string, ItemData> = {
  mug: { weightGrams: 400, lengthMm: 120, widthMm: 100, heightMm: 100 },
  book: { weightGrams: 700, lengthMm: 240, widthMm: 170, heightMm: 30 },
  pole: { weightGrams: 3_000, lengthMm: 1_200, widthMm: 60, heightMm: 60 },
  anvil: { weightGrams: 20_000, lengthMm: 200, widthMm: 150, heightMm: 100 },
};
const pack = (...lines: [sku: string, quantity: number][]) =>
  packCartons(
    lines.map(([sku, quantity], at) => ({ lineId: `L${at + 1}`, sku, quantity })),
    cartons,
    (sku) => items[sku],
  );

describe('cartons', () => {
  it('are as small as the goods allow', () => {
    expect(pack(['mug', 1]).map(({ carton }) => carton?.code)).toEqual(['S']);
    expect(pack(['mug', 4]).map(({ carton }) => carton?.code)).toEqual(['M']);
    expect(pack(['book', 1]).map(({ carton }) => carton?.code)).toEqual(['S']);
  });

  it('are several when one would be too heavy, and none for what fits nowhere', () => {
    expect(pack(['anvil', 2]).map(({ carton, weightGrams }) => [carton?.code, weightGrams])).toEqual([
      ['L', 20_620],
      ['L', 20_620],
    ]);
    expect(pack(['pole', 1], ['mug', 1]).map(({ carton }) => carton?.code)).toEqual([undefined, 'S']);
  });

  it('take what nobody measured for a litre and half a kilogram', () => {
    expect(pack(['unknown', 3])).toMatchObject([
      { carton: { code: 'S' }, weightGrams: 1_590, lines: [{ lineId: 'L1', quantity: 3 }] },
    ]);
  });

  it('hold every unit once, and are never overfilled, overloaded, or too short', async () => {
    const side = fc.integer({ min: 10, max: 700 });
    const item = fc.record({
      weightGrams: fc.integer({ min: 1, max: 29_000 }),
      lengthMm: side,
      widthMm: side,
      heightMm: side,
    });
    const line = fc.record({ item, quantity: fc.integer({ min: 1, max: 12 }) });
    await checkProperty(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const packed = packCartons(
          lines.map(({ quantity }, at) => ({ lineId: `L${at}`, sku: String(at), quantity })),
          cartons,
          (sku) => lines[Number(sku)]?.item,
        );
        lines.forEach(({ quantity }, at) => {
          const units = packed.flatMap((box) => box.lines.filter(({ lineId }) => lineId === `L${at}`));
          expect(units.reduce((sum, one) => sum + one.quantity, 0)).toBe(quantity);
        });
        for (const { carton, lines: inside, weightGrams } of packed) {
          const held = inside.map(({ lineId, quantity }) => ({ item: lines[Number(lineId.slice(1))]!.item, quantity }));
          const grams = held.reduce((sum, one) => sum + one.item.weightGrams * one.quantity, 0);
          if (!carton) {
            expect(held.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(1);
            continue;
          }
          expect(weightGrams).toBe(grams + carton.tareGrams);
          expect(weightGrams).toBeLessThanOrEqual(carton.maxGrams);
          expect(held.reduce((sum, one) => sum + room(one.item) * one.quantity, 0)).toBeLessThanOrEqual(
            room(carton) * FILL + 1e-6,
          );
          const inner = [carton.lengthMm, carton.widthMm, carton.heightMm].sort((a, b) => b - a);
          for (const one of held) {
            const sides = [one.item.lengthMm, one.item.widthMm, one.item.heightMm].sort((a, b) => b - a);
            sides.forEach((length, at) => {
              expect(length).toBeLessThanOrEqual(inner[at]!);
            });
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
