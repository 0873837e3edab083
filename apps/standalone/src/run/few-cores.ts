import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** True on a machine whose cores are all busy with the platform's own threads. */
export const fewCores = (): boolean => availableParallelism() <= 4;

/**
 * Has every thread clear its own young objects where cores are few: helpers that share the cores with what they help
 * took a tenth of all CPU time of a busy platform on two cores. What else V8 does in parallel cannot be changed once it
 * runs.
 */
export function sparingWithThreads(): void {
  if (!fewCores()) return;
  setFlagsFromString('--no-parallel-scavenge');
}
