import { Injectable } from '@nestjs/common';
import type { ProductEvent, StockEvent } from '@orderloom/contracts';
import { deterministicId, Relay, type Settled } from '@orderloom/event-sourcing';
import {
  defineImport,
  type ImportContext,
  type ImportDefinition,
  type ImportItem,
  type ImportRow,
  type ItemOutcome,
  type RowOf,
} from '@orderloom/platform';
import { type SaveProduct, saveProduct } from '../product/decide.js';
import type { Product } from '../product/product.js';
import { ProductRepository, StockRepository } from '../repositories.js';
import { receive } from '../stock/decide.js';
import { Places } from '../stock/places.js';
import { type Stock, stockId } from '../stock/stock.js';
import { importContext, outcomeOf, whenPublished } from './import-outcome.js';
import { productColumns } from './product-columns.js';

/** Where stock is when the file does not say. */
export const DEFAULT_LOCATION = 'main';

type Row = RowOf<typeof productColumns>;

/** Imports products: registers or changes them and, in live mode, takes their opening stock in once. */
@Injectable()
export class ProductImport {
  constructor(
    private readonly products: ProductRepository,
    private readonly ledgers: StockRepository,
    private readonly places: Places,
    private readonly relay: Relay,
  ) {}

  definition(): ImportDefinition {
    return defineImport({
      kind: 'products',
      columns: productColumns,
      batchSize: 500,
      handleBatch: (items, context) => this.handle(items, context),
    });
  }

  private async handle(items: ImportItem<Row>[], context: ImportContext): Promise<ItemOutcome[]> {
    const rows = items.flatMap((item) => item.rows);
    const registered = await this.register(rows, context);
    const stocked = context.mode === 'live' ? await this.takeIn(rows, context) : rows.map(() => undefined);
    await whenPublished(this.relay, [...registered, ...stocked]);
    return rows.map((_, index) => outcomeOf([registered[index], stocked[index]]));
  }

  private register(rows: readonly ImportRow<Row>[], context: ImportContext): Promise<Settled<Product, ProductEvent>[]> {
    return this.products.handleMany(
      rows.map(({ row: number, values: row }) => {
        const currency = row.currency?.toUpperCase() ?? context.currency;
        return {
          id: row.sku,
          decide: (state: Product) => saveProduct(commandOf(row, currency), state, { importId: context.importId }),
          context: importContext(context, number),
        };
      }),
    );
  }

  /** Opening stock is a receipt whose id is the place's own: however often files name it, it is counted once. */
  private async takeIn(
    rows: readonly ImportRow<Row>[],
    context: ImportContext,
  ): Promise<(Settled<Stock, StockEvent> | undefined)[]> {
    const openings = rows.flatMap(({ row: number, values: row }, index) => {
      const quantity = row.units_in_stock ?? 0;
      const location = (row.location ?? DEFAULT_LOCATION).replace(/[\s:]+/g, '-');
      return quantity > 0 ? [{ index, number, sku: row.sku, location, quantity }] : [];
    });
    await this.places.note(openings);
    const settled = await this.ledgers.handleMany(
      openings.map(({ number, sku, location, quantity }) => {
        const receiptId = deterministicId('opening-stock', location, sku);
        const command = { sku, location, quantity, receiptId, reference: 'opening stock' };
        return {
          id: stockId(location, sku),
          decide: (state: Stock) => receive(command, state),
          context: importContext(context, number),
        };
      }),
    );
    const byRow: (Settled<Stock, StockEvent> | undefined)[] = rows.map(() => undefined);
    openings.forEach(({ index }, at) => {
      byRow[index] = settled[at];
    });
    return byRow;
  }
}

/** What a row says about the product. */
const commandOf = (row: Row, currency: string | undefined): SaveProduct => {
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
    availableFrom: row.available_from?.slice(0, 10),
    safetyStock: row.safety_stock,
    upToLevel: row.up_to_level,
    leadTimeDays: row.lead_time_days,
    purchasePrice: money(row.purchase_price),
    purchaseMinimum: row.purchase_minimum,
    purchaseMultiple: row.purchase_multiple,
  };
};
