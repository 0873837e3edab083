import { cpuBetween, type ProcessUsage } from './processes.js';

/** "CPU per order: engines 2.1 ms, standalone 5.3 ms", or that it was not measured. */
export function cpuPerOrder(
  before: readonly ProcessUsage[] | null,
  after: readonly ProcessUsage[] | null,
  orders: number,
): string {
  if (!before || !after || orders === 0) return 'CPU not measured';
  const used = Object.entries(cpuBetween(before, after)).map(([name, ms]) => `${name} ${(ms / orders).toFixed(2)} ms`);
  return `CPU per order: ${used.join(', ')}`;
}
