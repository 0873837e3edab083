import { Injectable } from '@nestjs/common';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { ProductRepository } from '../repositories.js';
import type { SaveProduct } from './decide.js';

/** What no product alone can tell about the others that it names. */
@Injectable()
export class ProductReferences {
  constructor(private readonly products: ProductRepository) {}

  /**
   * @throws Refused VALIDATION_FAILED naming every component, substitute and original that is not registered, and every
   * component that is a bundle itself: bundles are one level deep, so that taking one apart is one decision
   */
  async check({ components, substitutes, variantOf }: SaveProduct): Promise<void> {
    const named = [
      ...(components ?? []).map(({ sku }, index) => ({ sku, path: `components.${index}.sku`, part: true })),
      ...(substitutes ?? []).map((sku, index) => ({ sku, path: `substitutes.${index}`, part: false })),
      ...(variantOf ? [{ sku: variantOf, path: 'variantOf', part: false }] : []),
    ];
    if (named.length === 0) return;
    const states = await Promise.all(named.map(({ sku }) => this.products.load(sku)));
    const fields = named.flatMap(({ sku, path, part }, index): FieldProblem[] => {
      const facts = states[index]?.state.facts;
      if (!facts) return [{ path, code: 'PRODUCT_NOT_FOUND', details: { sku } }];
      return part && facts.components ? [{ path, code: 'BUNDLE_HAS_NO_STOCK', details: { sku } }] : [];
    });
    if (fields.length > 0) throw new Refused('VALIDATION_FAILED', {}, fields);
  }

  /** @throws Refused BUNDLE_HAS_NO_STOCK, SERIALS_REQUIRED, LOT_REQUIRED when goods cannot be taken in like this */
  async checkReceipt(goods: { sku: string; lot?: string | undefined; serials?: readonly string[] | undefined }) {
    const { facts } = (await this.products.load(goods.sku)).state;
    if (facts?.components) throw new Refused('BUNDLE_HAS_NO_STOCK', { sku: goods.sku });
    if (facts?.tracking === 'serial' && !goods.serials) throw new Refused('SERIALS_REQUIRED', { sku: goods.sku });
    if (facts?.tracking === 'lot' && !goods.lot) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'lot', code: 'REQUIRED' }]);
    }
    return facts;
  }
}
