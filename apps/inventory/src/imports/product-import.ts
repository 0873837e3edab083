import { Injectable } from '@nestjs/common';
import { type ProductEvent, Refused, type StockEvent } from '@orderloom/contracts';
import { deterministicId, Relay, type Settled } from '@orderloom/event-sourcing';
import {
  defineImport,
  type ImportContext,
  type ImportDefinition,
  type ImportItem,
  type ImportRow,
  type ItemOutcome,
} from '@orderloom/platform';
import { saveProduct } from '../product/decide.js';
import type { Product, ProductFacts } from '../product/product.js';
import { ProductReferences } from '../product/product-references.js';
import { daysAfter } from '../promise/available-to-promise.js';
import { ProductRepository, StockRepository } from '../repositories.js';
import { receive } from '../stock/decide.js';
import { Places } from '../stock/places.js';
import { type Stock, stockId } from '../stock/stock.js';
import { importContext, outcomeOf, whenPublished } from './import-outcome.js';
import { productColumns } from './product-columns.js';
import { commandOf, type ProductRow } from './product-row.js';

/** Where stock is when the file does not say. */
export const DEFAULT_LOCATION = 'main';

type Row = ProductRow;

/** Imports products: registers or changes them and, in live mode, takes their opening stock in once. */
@Injectable()
export class ProductImport {
  constructor(
    private readonly products: ProductRepository,
    private readonly ledgers: StockRepository,
    private readonly places: Places,
    private readonly references: ProductReferences,
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
    const stocked = context.mode === 'live' ? await this.takeIn(rows, registered, context) : rows.map(() => undefined);
    await whenPublished(this.relay, [...registered, ...stocked]);
    return rows.map((_, index) => outcomeOf([registered[index], stocked[index]]));
  }

  /** A row may name products of its own batch, which is as good as registered; others must be. */
  private async register(
    rows: readonly ImportRow<Row>[],
    context: ImportContext,
  ): Promise<Settled<Product, ProductEvent>[]> {
    const commands = rows.map(({ values: row }) => commandOf(row, row.currency?.toUpperCase() ?? context.currency));
    const problems = await this.references.problems(commands);
    return this.products.handleMany(
      commands.map((command, index) => ({
        id: command.sku,
        decide: (state: Product) => {
          const [problem] = problems[index] ?? [];
          if (problem) throw new Refused(problem.code, problem.details);
          return saveProduct(command, state, { importId: context.importId });
        },
        context: importContext(context, rows[index]?.row ?? 0),
      })),
    );
  }

  /** Opening stock is a receipt whose id is the place's own: however often files name it, it is counted once. */
  private async takeIn(
    rows: readonly ImportRow<Row>[],
    registered: readonly Settled<Product, ProductEvent>[],
    context: ImportContext,
  ): Promise<(Settled<Stock, StockEvent> | undefined)[]> {
    const openings = rows.flatMap(({ row: number, values: row }, index) => {
      const quantity = row.units_in_stock ?? 0;
      const location = (row.location ?? DEFAULT_LOCATION).replace(/[\s:]+/g, '-');
      const product = registered[index];
      if (quantity === 0 || !product?.ok) return [];
      const { sku, lot, serials } = row;
      const life = product.value.state.facts?.shelfLifeDays;
      const expiresOn =
        row.lot_expires_on?.slice(0, 10) ??
        (lot === undefined || life === undefined ? undefined : daysAfter(context.startedAt.slice(0, 10), life));
      return [{ index, number, sku, location, quantity, lot, expiresOn, serials, facts: product.value.state.facts }];
    });
    await this.places.note(openings);
    const settled = await this.ledgers.handleMany(
      openings.map(({ number, index: _, facts, ...goods }) => {
        const { sku, location, lot } = goods;
        const receiptId = deterministicId('opening-stock', location, sku, ...(lot === undefined ? [] : [lot]));
        const command = { ...goods, receiptId, reference: 'opening stock' };
        return {
          id: stockId(location, sku),
          decide: (state: Stock) => {
            checkTracking(goods, facts);
            return receive(command, state);
          },
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

/** @throws Refused BUNDLE_HAS_NO_STOCK, SERIALS_REQUIRED, LOT_MISSING when the file says too little of the units */
const checkTracking = (
  {
    sku,
    lot,
    serials,
  }: { readonly sku: string; readonly lot?: string | undefined; readonly serials?: readonly string[] | undefined },
  facts: ProductFacts | undefined,
): void => {
  if (facts?.components) throw new Refused('BUNDLE_HAS_NO_STOCK', { sku });
  if (facts?.tracking === 'serial' && !serials) throw new Refused('SERIALS_REQUIRED', { sku });
  if (facts?.tracking === 'lot' && !lot) throw new Refused('LOT_MISSING', { sku });
};
