/** What joins a service to its engines: store, relay, read models and consumers as one Nest module. */
export { EventPlumbingModule, type EventPlumbingOptions, Projections } from './event-plumbing.js';
