import type { ProductEvent } from '@orderloom/contracts';
import { BadValue } from '@orderloom/platform';
import { CsvSplitter } from '@orderloom/platform/imports/csv-splitter';
import { locateColumns } from '@orderloom/platform/imports/header';
import { RowParser } from '@orderloom/platform/imports/rows';
import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import { type SaveProduct, saveProduct } from '../product/decide.js';
import { type Product, type ProductFacts, product } from '../product/product.js';
import { type ProductDocument, productsProjection } from '../product/products.projection.js';
import { productColumns } from './product-columns.js';
import { productsCsv, stockColumns } from './product-export.js';
import { commandOf, type ProductRow } from './product-row.js';

/** The products that a file registers, read as the import reads it. */
const read = (csv: string): (ProductFacts | undefined)[] => {
  const splitter = new CsvSplitter(',');
  const [head, ...rows] = [...splitter.push(csv), ...splitter.end()];
  const header = head?.cells ?? [];
  const definition = { kind: 'products', columns: productColumns, handleBatch: async () => [] };
  const parser = new RowParser(definition, locateColumns(header, productColumns, {}), header.length, {
    mode: 'live',
    createMissing: [],
    mapping: {},
  });
  return rows.map((row) => {
    const parsed = parser.parse(row);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.rejection.problems));
    const values = parsed.values as ProductRow;
    const events = saveProduct(commandOf(values, values.currency), product.initial());
    return events.reduce<Product>((state, event) => product.evolve(state, event), product.initial()).facts;
  });
};

const written = async (...all: readonly SaveProduct[]): Promise<string> => {
  const documents = all.flatMap((command) => {
    const event = saveProduct(command, product.initial())[0] as ProductEvent;
    const recorded = { type: event.type, data: event.data, sequence: 0, time: '', streamId: `product-${command.sku}` };
    return (productsProjection.evolve(null, recorded as never) as ProductDocument | null) ?? [];
  });
  const lines: string[] = [];
  const each = async function* () {
    yield* documents;
  };
  for await (const one of productsCsv(each())) lines.push(one);
  return lines.join('');
};

const factsOf = (command: SaveProduct): ProductFacts =>
  (saveProduct(command, product.initial())[0] as ProductEvent).data as ProductFacts;

// Spaces around a text are no part of it, in a file as little as in a form.
const text = fc
  .stringMatching(/^[-A-Za-z0-9 ;*=:\\'"+@,.品×；\n]{1,12}$/)
  .map((one) => one.trim())
  .filter((one) => one !== '');
const count = fc.integer({ min: 0, max: 5_000 });
const some = fc.integer({ min: 1, max: 500 });
const day = fc.constantFrom('2026-02-28', '2026-12-31', '2027-03-04');
const price = fc.record({ amount: count, currency: fc.constantFrom('EUR', 'JPY', 'KWD') });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const anyProduct = fc
  .record({
    sku: text,
    name: text,
    category: maybe(text),
    supplierId: maybe(text),
    unit: maybe(text),
    unitPrice: maybe(price),
    reorderLevel: count,
    discontinued: fc.boolean(),
    variantOf: maybe(text),
    options: maybe(fc.array(fc.record({ name: text, value: text }), { maxLength: 3 })),
    components: maybe(fc.array(fc.record({ sku: text, quantity: some }), { maxLength: 3 })),
    packs: maybe(
      fc
        .array(fc.record({ unit: text, quantity: some, barcode: maybe(text) }), { maxLength: 3 })
        .map((packs) => packs.map(({ barcode, ...pack }) => (barcode === undefined ? pack : { ...pack, barcode }))),
    ),
    barcodes: maybe(fc.uniqueArray(text, { maxLength: 3 })),
    weightGrams: maybe(count),
    sizeMm: maybe(fc.record({ length: count, width: count, height: count })),
    sellableFrom: maybe(fc.constant('2026-01-01')),
    sellableUntil: maybe(day),
    substitutes: maybe(fc.array(text, { maxLength: 3 })),
    shelfLifeDays: maybe(count),
    backorder: maybe(fc.constantFrom('allow' as const, 'refuse' as const)),
    release: maybe(fc.constantFrom('arrival' as const, 'priority' as const)),
    availableFrom: maybe(day),
    safetyStock: maybe(count),
    upToLevel: maybe(count),
    places: maybe(
      fc.array(fc.record({ location: fc.constantFrom('main', 'ea;st', 'a=b'), safetyStock: count }), { maxLength: 2 }),
    ),
    replenishBy: maybe(fc.constantFrom('hand' as const, 'computed' as const)),
    serviceLevelPercent: maybe(fc.integer({ min: 50, max: 99 })),
    leadTimeDays: maybe(count),
    purchasePrice: maybe(price),
    purchaseMinimum: maybe(some),
    purchaseMultiple: maybe(some),
  })
  .filter((one) => {
    const named = [one.variantOf, ...(one.substitutes ?? []), ...(one.components ?? []).map(({ sku }) => sku)];
    return !named.includes(one.sku);
  });

describe('the export of the catalogue', () => {
  it('is read by the import as what it was written from, whatever it holds', async () => {
    await checkProperty(
      fc.asyncProperty(fc.array(anyProduct, { minLength: 1, maxLength: 3 }), async (products) => {
        expect(read(await written(...products))).toEqual(products.map(factsOf));
      }),
      { numRuns: 300 },
    );
  });

  it('has no field of a product that a file cannot carry', async () => {
    const lot = {
      sku: 'M',
      name: 'Milk',
      tracking: 'lot',
      backorder: 'preorder',
      availableFrom: '2026-05-01',
    } as const;
    expect(read(await written(lot))).toEqual([factsOf(lot)]);
    const [header = ''] = (await written()).split('\r\n');
    expect(header.split(',')).toEqual(
      Object.keys(productColumns).filter((name) => !(stockColumns as readonly string[]).includes(name)),
    );
  });

  it('shows no formula to a spreadsheet', async () => {
    const csv = await written({ sku: '=1+1', name: '@SUM(A1)', barcodes: ['-7'] });
    expect(csv).toContain("\r\n'=1+1,'@SUM(A1),");
    expect(csv).toContain("'-7");
  });
});

describe('a list in a cell', () => {
  const parse = (column: keyof typeof productColumns, cell: string) =>
    productColumns[column].parse(cell, { column, currency: 'EUR' });

  it('is read as people write it', () => {
    expect(parse('components', 'a*2；b × 3;c')).toEqual([
      { sku: 'a', quantity: 2 },
      { sku: 'b', quantity: 3 },
      { sku: 'c', quantity: 1 },
    ]);
    expect(parse('packs', 'case*12=400;pallet*480')).toEqual([
      { unit: 'case', quantity: 12, barcode: '400' },
      { unit: 'pallet', quantity: 480 },
    ]);
    expect(parse('places', 'east:reorder=5:upto=30')).toEqual([{ location: 'east', reorderLevel: 5, upToLevel: 30 }]);
    expect([parse('purchase_price', '2.50'), parse('purchase_price', '250 jpy')]).toEqual([
      { amount: 250, currency: 'EUR' },
      { amount: 250, currency: 'JPY' },
    ]);
  });

  it.each([
    ['components', '*2'],
    ['components', 'a*0'],
    ['packs', 'case*12='],
    ['options', 'size'],
    ['places', 'east'],
    ['places', 'east:most=5'],
    ['size_mm', '3x4'],
    ['purchase_price', 'two EUR'],
  ] as const)('is refused when it cannot be: %s %s', (column, cell) => {
    expect(() => parse(column, cell)).toThrow(BadValue);
  });
});
