import { Injectable } from '@nestjs/common';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { ProductRepository } from '../repositories.js';
import { Views } from '../views.js';
import type { SaveProduct } from './decide.js';
import type { ProductPolicy } from './product-policy.js';

/** What others say that is to be saved together, beside what is known of them. */
interface Known {
  readonly policies: ReadonlyMap<string, ProductPolicy>;
  readonly together: ReadonlyMap<string, SaveProduct>;
  /** The bundle that a sku is a component of. */
  readonly bundleOf: ReadonlyMap<string, string>;
  /** Units on hand by sku. */
  readonly onHand: ReadonlyMap<string, number>;
  /** The skus that have a barcode. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
}

/** What no product alone can tell about the others that it names. */
@Injectable()
export class ProductReferences {
  constructor(
    private readonly products: ProductRepository,
    private readonly views: Views,
  ) {}

  /** @throws Refused VALIDATION_FAILED naming everything that `problems` finds */
  async check(command: SaveProduct): Promise<void> {
    const fields = (await this.problems([command]))[0] ?? [];
    if (fields.length > 0) throw new Refused('VALIDATION_FAILED', {}, fields);
  }

  /**
   * What is wrong with each of some products that are saved together: components, substitutes and originals that are
   * not registered; bundles in bundles, which are one level deep so that taking one apart is one decision; bundles
   * with stock of their own; barcodes that another product has, which no scanner could tell apart.
   */
  async problems(commands: readonly SaveProduct[]): Promise<FieldProblem[][]> {
    const named = new Set(commands.flatMap((command) => referencesOf(command).map(({ sku }) => sku)));
    const bundles = commands.flatMap(({ sku, components }) => (components?.length ? [sku] : []));
    const codes = commands.flatMap((command) => codesOf(command).map(({ code }) => code));
    const [policies, bundleOf, onHand, owners] = await Promise.all([
      this.views.policies([...named]),
      this.#bundlesOf(bundles),
      this.#stockOf(bundles),
      this.#ownersOf(codes),
    ]);
    for (const command of commands) {
      for (const { code } of codesOf(command)) owners.set(code, [...(owners.get(code) ?? []), command.sku]);
    }
    const together = new Map(commands.map((command) => [command.sku, command]));
    return commands.map((command) => problemsOf(command, { policies, together, bundleOf, onHand, owners }));
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

  async #bundlesOf(skus: readonly string[]): Promise<Map<string, string>> {
    if (skus.length === 0) return new Map();
    const found = await this.views.products
      .collection()
      .find({ 'components.sku': { $in: [...skus] } }, { projection: { components: 1 } })
      .toArray();
    return new Map(found.flatMap(({ _id, components = [] }) => components.map(({ sku }) => [sku, _id] as const)));
  }

  async #stockOf(skus: readonly string[]): Promise<Map<string, number>> {
    if (skus.length === 0) return new Map();
    const found = await this.views.stock
      .collection()
      .find({ sku: { $in: [...skus] }, onHand: { $gt: 0 } }, { projection: { sku: 1, onHand: 1 } })
      .toArray();
    const units = new Map<string, number>();
    for (const { sku, onHand } of found) units.set(sku, (units.get(sku) ?? 0) + onHand);
    return units;
  }

  async #ownersOf(codes: readonly string[]): Promise<Map<string, readonly string[]>> {
    const owners = new Map<string, readonly string[]>();
    if (codes.length === 0) return owners;
    const found = await this.views.products
      .collection()
      .find({ codes: { $in: [...codes] } }, { projection: { codes: 1 } })
      .toArray();
    for (const { _id, codes: own } of found)
      for (const code of own) owners.set(code, [...(owners.get(code) ?? []), _id]);
    return owners;
  }
}

const referencesOf = ({ components, substitutes, variantOf }: SaveProduct) => [
  ...(components ?? []).map(({ sku }, index) => ({ sku, path: `components.${index}.sku`, part: true })),
  ...(substitutes ?? []).map((sku, index) => ({ sku, path: `substitutes.${index}`, part: false })),
  ...(variantOf ? [{ sku: variantOf, path: 'variantOf', part: false }] : []),
];

const codesOf = ({ barcodes, packs }: SaveProduct) => [
  ...(barcodes ?? []).map((code, index) => ({ code, path: `barcodes.${index}` })),
  ...(packs ?? []).flatMap(({ barcode: code }, index) =>
    code === undefined ? [] : [{ code, path: `packs.${index}.barcode` }],
  ),
];

const problemsOf = (command: SaveProduct, known: Known): FieldProblem[] => {
  const { sku: own, components } = command;
  const isBundle = (sku: string): boolean => {
    const said = known.together.get(sku)?.components;
    return said === undefined ? known.policies.get(sku)?.components !== undefined : (said?.length ?? 0) > 0;
  };
  const references = referencesOf(command).flatMap(({ sku, path, part }): FieldProblem[] => {
    if (!known.policies.has(sku) && !known.together.has(sku))
      return [{ path, code: 'PRODUCT_NOT_FOUND', details: { sku } }];
    return part && isBundle(sku) ? [{ path, code: 'BUNDLE_HAS_NO_STOCK', details: { sku } }] : [];
  });
  const codes = codesOf(command);
  const taken = codes.flatMap(({ code, path }, at): FieldProblem[] => {
    const other = known.owners.get(code)?.find((sku) => sku !== own);
    const twice = codes.findIndex((one) => one.code === code) < at;
    const sku = other ?? (twice ? own : undefined);
    return sku === undefined ? [] : [{ path, code: 'BARCODE_TAKEN', details: { barcode: code, sku } }];
  });
  if (!components?.length) return [...references, ...taken];
  const bundle = known.bundleOf.get(own);
  const onHand = known.onHand.get(own);
  return [
    ...references,
    ...taken,
    ...(bundle === undefined
      ? []
      : [{ path: 'components', code: 'PRODUCT_IS_COMPONENT', details: { sku: own, bundle } } as const]),
    ...(onHand === undefined
      ? []
      : [{ path: 'components', code: 'PRODUCT_HAS_STOCK', details: { sku: own, onHand } } as const]),
  ];
};
