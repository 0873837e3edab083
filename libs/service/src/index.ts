/** What joins a service to its engines: store, relay, read models and consumers as one Nest module. */
export { type BulkEntry, type BulkRequest, refusedEntry, runMany } from './bulk-answer.js';
export {
  answerOf,
  ChangeView,
  CommandAnswer,
  type CommandRequest,
  contextFor,
  RecordedView,
  runCommand,
} from './command-answer.js';
export { EventPlumbingModule, type EventPlumbingOptions } from './event-plumbing.js';
export { LogFollower, type LogFollowerOptions } from './log-follower.js';
export { GROUPS, type GroupOfTopics, operationsController } from './operations.js';
export { Projections } from './projections.js';
export { SealingRepository, type Words } from './sealing-repository.js';
export {
  literal,
  newestFirst,
  PageQuery,
  PossibleAction,
  possibleAction,
  shownRevision,
  untilShown,
  withoutInternals,
} from './views.js';
