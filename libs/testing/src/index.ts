/** Tools for tests: specs of deciders, engines, faults, time. Never imported by what is shipped. */
export { ManualClock } from './clock.js';
export { type Engines, startTestEngines, type TestEngines } from './engines.js';
export { type EventuallyOptions, eventually } from './eventually.js';
export { idsFrom, sequentialIds, uniqueId } from './ids.js';
export { type ChildProcess, type Exit, type RunOptions, runNode } from './processes.js';
export { checkProperty, seedOf } from './properties.js';
export { type FaultProxy, startFaultProxy } from './proxy.js';
export { type DeciderSpec, givenFor, type Outcome, type SpecSubject, spec } from './spec.js';
