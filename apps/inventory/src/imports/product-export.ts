import { minorDigits } from '@orderloom/platform';
import type { ProductDocument } from '../product/products.projection.js';
import type { productColumns } from './product-columns.js';

type Name = Exclude<keyof typeof productColumns, 'units_in_stock' | 'units_on_order' | 'location'>;
type Price = ProductDocument['unitPrice'] | undefined;

/** Minor units as a decimal, `1950` of USD as `19.50`. */
const decimal = (price: Price): string => {
  if (!price) return '';
  const digits = minorDigits(price.currency);
  const text = String(price.amount).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

const pieces = (parts: readonly { readonly quantity: number }[] | undefined, name: (part: never) => string): string =>
  (parts ?? []).map((part) => `${name(part as never)}*${part.quantity}`).join(';');

/** A free text that a spreadsheet would take for a formula gets a leading apostrophe. */
const harmless = (text: string | null): string | null =>
  text !== null && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;

/** How each column of the import is written. Stock is not exported: an import of it would count it again. */
const cells: Readonly<Record<Name, (product: ProductDocument) => string | number | undefined | null>> = {
  sku: (p) => p._id,
  name: (p) => harmless(p.name),
  category: (p) => harmless(p.category),
  supplier_id: (p) => p.supplierId,
  quantity_per_unit: (p) => p.unit,
  unit_price: (p) => decimal(p.unitPrice),
  currency: (p) => p.unitPrice?.currency ?? p.purchasePrice?.currency,
  reorder_level: (p) => p.reorderLevel,
  discontinued: (p) => (p.discontinued ? 1 : 0),
  variant_of: (p) => p.variantOf,
  options: (p) => (p.options ?? []).map(({ name, value }) => `${name}=${value}`).join(';'),
  components: (p) => pieces(p.components, (part: { sku: string }) => part.sku),
  barcodes: (p) => (p.barcodes ?? []).join(';'),
  packs: (p) => pieces(p.packs, (part: { unit: string }) => part.unit),
  weight_grams: (p) => p.weightGrams,
  size_mm: (p) => (p.sizeMm ? `${p.sizeMm.length}x${p.sizeMm.width}x${p.sizeMm.height}` : ''),
  sellable_from: (p) => p.sellableFrom,
  sellable_until: (p) => p.sellableUntil,
  substitutes: (p) => (p.substitutes ?? []).join(';'),
  tracking: (p) => p.tracking,
  shelf_life_days: (p) => p.shelfLifeDays,
  backorder: (p) => p.backorder,
  available_from: (p) => p.availableFrom,
  safety_stock: (p) => p.safetyStock,
  up_to_level: (p) => p.upToLevel,
  lead_time_days: (p) => p.leadTimeDays,
  purchase_price: (p) => decimal(p.purchasePrice),
  purchase_minimum: (p) => p.purchaseMinimum,
  purchase_multiple: (p) => p.purchaseMultiple,
};

/** RFC 4180. */
const cell = (value: string | number | undefined | null): string => {
  const text = value === undefined || value === null ? '' : String(value);
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
