import { Injectable } from '@nestjs/common';
import type { ProductEvent, StockEvent } from '@orderloom/contracts';
import { deterministicId, Relay, type Settled } from '@orderloom/event-sourcing';
import {
  column,
  defineImport,
  type ImportContext,
  type ImportDefinition,
  type ImportItem,
  type ImportRow,
  type ItemOutcome,
  type RowOf,
} from '@orderloom/platform';
import { saveProduct } from '../product/decide.js';
import type { Product } from '../product/product.js';
import { ProductRepository, StockRepository } from '../repositories.js';
import { receive } from '../stock/decide.js';
import { Places } from '../stock/places.js';
import { type Stock, stockId } from '../stock/stock.js';
import { importContext, outcomeOf, whenPublished } from './import-outcome.js';

/** Where stock is when the file does not say. */
export const DEFAULT_LOCATION = 'main';

const columns = {
  sku: column.text({
    required: true,
    max: 100,
    synonyms: [
      'product_id',
      'item',
      'item_no',
      'item_number',
      'article',
      'code',
      'product_code',
      '商品编号',
      '商品编码',
      '货号',
      '编码',
    ],
  }),
  name: column.text({ max: 300, synonyms: ['product_name', 'title', 'product', '商品名称', '名称', '品名'] }),
  category: column.text({ max: 200, synonyms: ['category_name', 'product_category', 'group', '分类', '类别', '品类'] }),
  supplier_id: column.text({ max: 100, synonyms: ['supplier', 'vendor', 'vendor_id', '供应商', '供应商编号'] }),
  quantity_per_unit: column.text({ max: 200, synonyms: ['unit', 'pack', 'packaging', '单位', '规格'] }),
  unit_price: column.money({ synonyms: ['price', 'list_price', 'sales_price', '单价', '价格', '售价'] }),
  currency: column.text({ max: 3, synonyms: ['currency_code', '币种', '货币'] }),
  units_in_stock: column.integer({
    min: 0,
    synonyms: ['stock', 'on_hand', 'quantity', 'qty', '库存', '库存数量', '数量'],
  }),
  units_on_order: column.integer({ min: 0, synonyms: ['on_order', '在途', '在途数量'] }),
  reorder_level: column.integer({ min: 0, synonyms: ['reorder_point', 'min_stock', '补货点', '再订货点', '安全库存'] }),
  discontinued: column.flag({ synonyms: ['inactive', '停售', '已停售', '停产'] }),
  location: column.text({ max: 50, synonyms: ['warehouse', 'stock_location', '仓库', '库位'] }),
};

type Row = RowOf<typeof columns>;

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
      columns,
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
        const command = {
          sku: row.sku,
          name: row.name,
          category: row.category,
          supplierId: row.supplier_id,
          unit: row.quantity_per_unit,
          unitPrice:
            row.unit_price === undefined || currency === undefined ? undefined : { amount: row.unit_price, currency },
          reorderLevel: row.reorder_level,
          discontinued: row.discontinued,
        };
        return {
          id: row.sku,
          decide: (state: Product) => saveProduct(command, state, { importId: context.importId }),
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
