import { Injectable } from '@nestjs/common';
import { type FieldProblem, type PurchaseEventData, Refused } from '@orderloom/contracts';
import { ProductReferences } from '../product/product-references.js';
import { daysAfter } from '../promise/available-to-promise.js';
import { ProductRepository, PurchaseRepository, StockRepository, SupplierRepository } from '../repositories.js';
import { checkExpiry } from '../stock/lots.js';
import { stockId } from '../stock/stock.js';
import type { ConfirmBody, DeliveryBody, PurchaseBody } from './purchase.dto.js';

/** Where neither product nor caller says how long goods take. */
export const DEFAULT_LEAD_DAYS = 14;

/** Fills in what the caller of a purchase command left out, and checks what one purchase alone cannot know. */
@Injectable()
export class PurchaseCommands {
  constructor(
    private readonly purchases: PurchaseRepository,
    private readonly products: ProductRepository,
    private readonly suppliers: SupplierRepository,
    private readonly references: ProductReferences,
    private readonly ledgers: StockRepository,
  ) {}

  /**
   * A draft with prices and days of the products.
   * @throws Refused SUPPLIER_NOT_FOUND, VALIDATION_FAILED naming every line whose sku is unknown or a bundle
   */
  async draft(
    purchaseId: string,
    { supplierId, location, currency, lines, note }: PurchaseBody,
    now: string,
    suggested = false,
  ): Promise<PurchaseEventData['PurchaseOrderCreated']> {
    const [supplier, ...products] = await Promise.all([
      this.suppliers.load(supplierId),
      ...lines.map(({ sku }) => this.products.load(sku)),
    ]);
    if (!supplier.state.facts) throw new Refused('SUPPLIER_NOT_FOUND', { supplierId });
    const facts = products.map(({ state }) => state.facts);
    const fields = lines.flatMap(({ sku }, index): FieldProblem[] => {
      const path = `lines.${index}.sku`;
      if (!facts[index]) return [{ path, code: 'PRODUCT_NOT_FOUND', details: { sku } }];
      return facts[index]?.components ? [{ path, code: 'BUNDLE_HAS_NO_STOCK', details: { sku } }] : [];
    });
    if (fields.length > 0) throw new Refused('VALIDATION_FAILED', {}, fields);
    const money = currency ?? facts.find((one) => one?.purchasePrice)?.purchasePrice?.currency;
    const today = now.slice(0, 10);
    return {
      purchaseId,
      number: `PO-${purchaseId.slice(0, 8).toUpperCase()}`,
      supplierId,
      location,
      ...(money === undefined ? {} : { currency: money }),
      lines: lines.map(({ sku, quantity, unitPrice, expectedOn }, index) => {
        const product = facts[index];
        // A price in another currency than the order's says nothing here.
        const known = product?.purchasePrice?.currency === money ? product?.purchasePrice?.amount : undefined;
        const price = unitPrice ?? known;
        return {
          lineId: `L${index + 1}`,
          sku,
          quantity,
          ...(price === undefined ? {} : { unitPrice: price }),
          expectedOn: expectedOn ?? daysAfter(today, product?.leadTimeDays ?? DEFAULT_LEAD_DAYS),
        };
      }),
      ...(suggested ? { suggested: true } : {}),
      ...(note === undefined ? {} : { note }),
    };
  }

  /** A delivery with the skus of its lines. @throws Refused PURCHASE_NOT_FOUND, PURCHASE_LINE_NOT_FOUND, LOT_EXPIRY_DIFFERS and as receipts */
  async delivery(
    purchaseId: string,
    receiptId: string,
    { lines, reference, location }: DeliveryBody,
    now: string,
  ): Promise<PurchaseEventData['PurchaseReceived']> {
    const { state } = await this.purchases.load(purchaseId);
    if (state.status === 'NONE') throw new Refused('PURCHASE_NOT_FOUND', { purchaseId });
    const arrived = lines.map((line) => {
      const sku = state.lines.find(({ lineId }) => lineId === line.lineId)?.sku;
      if (sku === undefined) throw new Refused('PURCHASE_LINE_NOT_FOUND', { purchaseId, lineId: line.lineId });
      const { lineId, quantity, lot, expiresOn, serials } = line;
      return { lineId, sku, quantity, ...defined({ lot, expiresOn, serials }) };
    });
    const at = location ?? state.location;
    const facts = await Promise.all(
      arrived.map(async (line) => {
        const { lots } = (await this.ledgers.load(stockId(at, line.sku))).state;
        checkExpiry(lots, line.lot, line.expiresOn);
        return this.references.checkReceipt(line);
      }),
    );
    for (const { serials, quantity } of arrived) {
      if (serials && new Set(serials).size !== quantity) {
        throw new Refused('SERIALS_DIFFER', { quantity, serials: serials.length });
      }
    }
    const today = now.slice(0, 10);
    return {
      purchaseId,
      receiptId,
      location: at,
      lines: arrived.map((line, index) => {
        const life = facts[index]?.shelfLifeDays;
        return line.lot !== undefined && line.expiresOn === undefined && life !== undefined
          ? { ...line, expiresOn: daysAfter(today, life) }
          : line;
      }),
      ...defined({ reference }),
      occurredAt: now,
    };
  }

  /** What a supplier says, as recorded. */
  confirmation(
    purchaseId: string,
    { lines, note }: ConfirmBody,
    by: 'supplier' | 'buyer',
    now: string,
  ): PurchaseEventData['PurchaseOrderConfirmed'] {
    return {
      purchaseId,
      lines: lines.map(({ lineId, quantity, expectedOn, unitPrice }) => ({
        lineId,
        quantity,
        expectedOn,
        ...defined({ unitPrice }),
      })),
      by,
      ...defined({ note }),
      occurredAt: now,
    };
  }
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } & {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
};

/** An object without its undefined fields, as events are recorded. */
const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
