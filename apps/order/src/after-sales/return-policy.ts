import type { ReturnKind } from '@orderloom/contracts';

/** When goods may come back: data, by product. The one named `default` holds for products no other names. */
export interface ReturnPolicy {
  readonly title: string;
  /** skus it holds for; a `*` at the end stands for any ending */
  readonly skus: readonly string[];
  /** days after delivery in which goods may come back; 0: never */
  readonly returnDays: number;
  /** days after delivery in which faults are made good; 0: never */
  readonly warrantyDays: number;
  /** reasons with which goods may come back; all when left out */
  readonly reasons?: readonly string[];
  /** approved by itself when it keeps to the policy */
  readonly autoApprove: boolean;
  /** the customer keeps goods worth less than this, minor units; per currency */
  readonly keepBelow?: Readonly<Record<string, number>>;
  /** days for each waiting: to decide, to send, to inspect, to resolve, to close */
  readonly days?: { readonly [step in ReturnStep]?: number };
}

export const RETURN_STEPS = ['decide', 'arrive', 'inspect', 'resolve', 'close'] as const;
export type ReturnStep = (typeof RETURN_STEPS)[number];

const DEFAULT_DAYS: Readonly<Record<ReturnStep, number>> = { decide: 2, arrive: 14, inspect: 3, resolve: 2, close: 5 };

/** What holds while a company has set up nothing. */
export const DEFAULT_POLICY: ReturnPolicy = {
  title: 'Default',
  skus: [],
  returnDays: 30,
  warrantyDays: 730,
  autoApprove: false,
};

/** A policy with the name and version it was found under; version 0 is the one that ships with the product. */
export interface NamedPolicy {
  readonly name: string;
  readonly version: number;
  readonly policy: ReturnPolicy;
}

const matches = (pattern: string, sku: string): boolean =>
  pattern.endsWith('*') ? sku.startsWith(pattern.slice(0, -1)) : pattern === sku;

/** The policy of a product: the most exact of those that name it, else `default`. */
export const policyFor = (
  policies: ReadonlyMap<string, { name: string; version: number; value: ReturnPolicy }>,
  sku: string,
): NamedPolicy => {
  let best: NamedPolicy | undefined;
  let exactness = -1;
  for (const { name, version, value } of policies.values()) {
    for (const pattern of value.skus) {
      const exact = pattern.endsWith('*') ? pattern.length - 1 : Number.MAX_SAFE_INTEGER;
      if (exact > exactness && matches(pattern, sku)) {
        best = { name, version, policy: value };
        exactness = exact;
      }
    }
  }
  if (best !== undefined) return best;
  const fallback = policies.get('default');
  return fallback === undefined
    ? { name: 'default', version: 0, policy: DEFAULT_POLICY }
    : { name: 'default', version: fallback.version, policy: fallback.value };
};

export const daysAfter = (time: string, days: number): string =>
  new Date(Date.parse(time) + days * 86_400_000).toISOString();

/** When a step that begins now should be done. */
export const stepDue = (policy: Pick<ReturnPolicy, 'days'>, step: ReturnStep, now: string): string =>
  daysAfter(now, policy.days?.[step] ?? DEFAULT_DAYS[step]);

/** Until when a unit delivered then may come back. */
export const windowEnd = (policy: ReturnPolicy, kind: ReturnKind, deliveredAt: string): string =>
  daysAfter(deliveredAt, kind === 'WARRANTY' ? policy.warrantyDays : policy.returnDays);
