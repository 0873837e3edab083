export { startEventStore } from './start.js';
