/** Read models in MongoDB: folded in batches, guarded per document, rebuilt beside the live one. */
export * from './checkpoints.js';
export * from './definition.js';
export { fromReceived, fromRecorded } from './events.js';
export * from './lease.js';
export type { PoisonAlert } from './poison.js';
export type { RebuildJob, RebuildProgress } from './rebuild.js';
export * from './runner.js';
export * from './topic-projection.js';
export { EventGap, type Poison, PoisonedRebuild } from './writer.js';
