import type { BenchOptions } from './options.js';
import type { BenchPlatform } from './platform.js';

/** One line of the result. */
export interface Measured {
  readonly what: string;
  /** Null: it could not be measured here; `note` says why. */
  readonly value: number | null;
  readonly unit: string;
  /** What must be reached; absent when the line only explains another. */
  readonly target?: { readonly atLeast: number } | { readonly below: number };
  readonly note?: string;
}

/** What a scenario works with. */
export interface BenchContext {
  readonly platform: BenchPlatform;
  readonly options: BenchOptions;
  /** Fills the catalogue and the stock, once per run. */
  readonly catalogue: () => Promise<readonly string[]>;
}

export interface Scenario {
  readonly name: string;
  readonly run: (context: BenchContext) => Promise<readonly Measured[]>;
}

/** Whether a target is reached; undefined when there is none or nothing was measured. */
export function isReached({ value, target }: Measured): boolean | undefined {
  if (target === undefined || value === null) return undefined;
  return 'atLeast' in target ? value >= target.atLeast : value < target.below;
}
