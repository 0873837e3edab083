/** The entry of the standalone run. Nothing else is loaded before V8 is told how to collect garbage: see there. */
import { sparingWithThreads } from './run/few-cores.js';

sparingWithThreads();
await import('./standalone.js');
