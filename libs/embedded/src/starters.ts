import { startBroker } from './broker/index.js';
import { startDocumentStore } from './document-store/index.js';
import type { Engine, EngineOptions } from './engine.js';
import { startEventStore } from './event-store/index.js';

/** The engines by the names of their folders. */
export const engineNames = ['event-store', 'broker', 'document-store'] as const;
export type EngineName = (typeof engineNames)[number];

/** How each is started. */
export const starters: Readonly<Record<EngineName, (options: EngineOptions) => Promise<Engine>>> = {
  'event-store': startEventStore,
  broker: startBroker,
  'document-store': startDocumentStore,
};
