/** UUIDs that are the same in every run, each different from the one before. */
export const sequentialIds = (namespace = 0): (() => string) => {
  let next = 0;
  return () => {
    next += 1;
    const head = namespace.toString(16).padStart(8, '0').slice(-8);
    return `${head}-0000-4000-8000-${next.toString(16).padStart(12, '0')}`;
  };
};

/** Readable ids for specs: `const id = idsFrom('order')` gives `order-1`, `order-2`, … */
export const idsFrom = (prefix: string): (() => string) => {
  let next = 0;
  return () => {
    next += 1;
    return `${prefix}-${next}`;
  };
};

/** An id that no other test run has used, for tests that share an engine. */
export const uniqueId = (prefix = 'test'): string =>
  `${prefix}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
