export * from './folder.js';
export * from './keys.js';
export * from './lock.js';
export * from './storage.js';
