/** What joins a service to its engines: store, relay, read models and consumers as one Nest module. */
export { EventPlumbingModule, type EventPlumbingOptions } from './event-plumbing.js';
export { GROUPS, type GroupOfTopics, operationsController } from './operations.js';
export { Projections } from './projections.js';
