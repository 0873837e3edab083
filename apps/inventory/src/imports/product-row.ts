import type { RowOf } from '@orderloom/platform';
import type { SaveProduct } from '../product/decide.js';
import type { productColumns } from './product-columns.js';

export type ProductRow = RowOf<typeof productColumns>;

/** What a row says about the product. */
export const commandOf = (row: ProductRow, currency: string | undefined): SaveProduct => {
  const money = (amount: number | undefined) =>
    amount === undefined || currency === undefined ? undefined : { amount, currency };
  return {
    sku: row.sku,
    name: row.name,
    category: row.category,
    supplierId: row.supplier_id,
    unit: row.quantity_per_unit,
    unitPrice: money(row.unit_price),
    reorderLevel: row.reorder_level,
    discontinued: row.discontinued,
    variantOf: row.variant_of,
    options: row.options,
    components: row.components,
    packs: row.packs,
    barcodes: row.barcodes,
    weightGrams: row.weight_grams,
    sizeMm: row.size_mm,
    sellableFrom: row.sellable_from?.slice(0, 10),
    sellableUntil: row.sellable_until?.slice(0, 10),
    substitutes: row.substitutes,
    tracking: row.tracking,
    shelfLifeDays: row.shelf_life_days,
    backorder: row.backorder,
    release: row.release,
    availableFrom: row.available_from?.slice(0, 10),
    safetyStock: row.safety_stock,
    upToLevel: row.up_to_level,
    places: row.places,
    replenishBy: row.replenish_by,
    serviceLevelPercent: row.service_level_percent,
    leadTimeDays: row.lead_time_days,
    purchasePrice: row.purchase_price,
    purchaseMinimum: row.purchase_minimum,
    purchaseMultiple: row.purchase_multiple,
  };
};
