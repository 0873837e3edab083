import type { Finding } from '../../order/review.js';
import type { CheckFacts } from './facts.js';

/** A value that rules may speak of. */
export type FactValue = number | string | boolean | readonly string[] | null;

/** What one check gives back: what it found, and the values rules decide by. Free of personal data. */
export interface Checked {
  findings: Finding[];
  values: Record<string, FactValue>;
}

/** One look at an order: pure. */
export type Check = (facts: CheckFacts) => Checked;

/** Shorthand for a finding. */
export const finding = (
  check: string,
  code: string,
  severity: Finding['severity'],
  inputs: Record<string, unknown> = {},
): Finding => ({ check, code, severity, inputs });

/** A fraction with four digits: enough to compare, short enough to read. */
export const fraction = (value: number): number => Math.round(value * 10_000) / 10_000;
