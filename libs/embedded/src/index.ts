export { startBroker } from './broker/index.js';
export { startDocumentStore } from './document-store/index.js';
export type { Engine, EngineOptions } from './engine.js';
export { type Engines, type EnginesOptions, startEngines } from './engines.js';
export { startEventStore } from './event-store/index.js';
export { FolderInUse, type FolderLock, FolderUnusable, lockFolder } from './storage/index.js';
