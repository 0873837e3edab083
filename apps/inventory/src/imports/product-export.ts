import { minorDigits } from '@orderloom/platform';
import type { ProductDocument } from '../product/products.projection.js';
import { escaped, harmless } from './cells.js';
import type { productColumns } from './product-columns.js';

/** Columns that tell of stock. */
export const stockColumns = [
  'units_in_stock',
  'units_on_order',
  'location',
  'lot',
  'lot_expires_on',
  'serials',
] as const;

type Name = Exclude<keyof typeof productColumns, (typeof stockColumns)[number]>;
type Price = ProductDocument['unitPrice'] | undefined;

/** Minor units as a decimal, `1950` of USD as `19.50`. */
const decimal = (price: Price): string => {
  if (!price) return '';
  const digits = minorDigits(price.currency);
  const text = String(price.amount).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

const list = <T>(parts: readonly T[] | undefined, write: (part: T) => string): string =>
  (parts ?? []).map(write).join(';');

const place = ({ location, reorderLevel, safetyStock, upToLevel }: NonNullable<ProductDocument['places']>[number]) => {
  const levels = Object.entries({ reorder: reorderLevel, safety: safetyStock, upto: upToLevel });
  return [
    escaped(location),
    ...levels.flatMap(([name, level]) => (level === undefined ? [] : `${name}=${level}`)),
  ].join(':');
};

/** The price of a unit; with its currency where that is not the one of the row. */
const purchasePrice = ({ purchasePrice: price, unitPrice }: ProductDocument): string =>
  price && unitPrice && price.currency !== unitPrice.currency ? `${decimal(price)} ${price.currency}` : decimal(price);

/** How each column of the import is written. Stock is not exported: an import of it would count it again. */
const cells: Readonly<Record<Name, (product: ProductDocument) => string | number | undefined | null>> = {
  sku: (p) => p._id,
  name: (p) => p.name,
  category: (p) => p.category,
  supplier_id: (p) => p.supplierId,
  quantity_per_unit: (p) => p.unit,
  unit_price: (p) => decimal(p.unitPrice),
  currency: (p) => p.unitPrice?.currency ?? p.purchasePrice?.currency,
  reorder_level: (p) => p.reorderLevel,
  discontinued: (p) => (p.discontinued ? 1 : 0),
  variant_of: (p) => p.variantOf,
  options: (p) => list(p.options, ({ name, value }) => `${escaped(name)}=${escaped(value)}`),
  components: (p) => list(p.components, ({ sku, quantity }) => `${escaped(sku)}*${quantity}`),
  barcodes: (p) => list(p.barcodes, escaped),
  packs: (p) =>
    list(
      p.packs,
      (pack) =>
        `${escaped(pack.unit)}*${pack.quantity}${pack.barcode === undefined ? '' : `=${escaped(pack.barcode)}`}`,
    ),
  weight_grams: (p) => p.weightGrams,
  size_mm: (p) => (p.sizeMm ? `${p.sizeMm.length}x${p.sizeMm.width}x${p.sizeMm.height}` : ''),
  sellable_from: (p) => p.sellableFrom,
  sellable_until: (p) => p.sellableUntil,
  substitutes: (p) => list(p.substitutes, escaped),
  tracking: (p) => p.tracking,
  shelf_life_days: (p) => p.shelfLifeDays,
  backorder: (p) => p.backorder,
  release: (p) => p.release,
  available_from: (p) => p.availableFrom,
  safety_stock: (p) => p.safetyStock,
  up_to_level: (p) => p.upToLevel,
  places: (p) => list(p.places, place),
  replenish_by: (p) => p.replenishBy,
  service_level_percent: (p) => p.serviceLevelPercent,
  lead_time_days: (p) => p.leadTimeDays,
  purchase_price: purchasePrice,
  purchase_minimum: (p) => p.purchaseMinimum,
  purchase_multiple: (p) => p.purchaseMultiple,
};

/** RFC 4180. */
const cell = (value: string | number | undefined | null): string => {
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? harmless(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Products as CSV, line by line, in the columns that the import takes. */
export async function* productsCsv(products: AsyncIterable<ProductDocument>): AsyncGenerator<string, void, void> {
  yield `${Object.keys(cells).join(',')}\r\n`;
  for await (const product of products) {
    yield `${Object.values(cells)
      .map((write) => cell(write(product)))
      .join(',')}\r\n`;
  }
}
