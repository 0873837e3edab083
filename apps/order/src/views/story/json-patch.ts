/** One change of a JSON document (RFC 6902): only the operations that a comparison needs. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

const pointer = (path: string, key: string | number): string =>
  `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The operations that make `after` out of `before`; both are JSON. Lists are compared place by place: those of an order
 * grow at their end.
 */
export const difference = (before: unknown, after: unknown, path = ''): PatchOperation[] => {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listDifference(before, after, path);
  if (!isRecord(before) || !isRecord(after)) return [{ op: 'replace', path, value: after }];
  const operations: PatchOperation[] = [];
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) operations.push({ op: 'remove', path: pointer(path, key) });
  }
  for (const [key, value] of Object.entries(after)) {
    if (Object.hasOwn(before, key)) operations.push(...difference(before[key], value, pointer(path, key)));
    else operations.push({ op: 'add', path: pointer(path, key), value });
  }
  return operations;
};

const listDifference = (before: readonly unknown[], after: readonly unknown[], path: string): PatchOperation[] => {
  const operations: PatchOperation[] = [];
  const common = Math.min(before.length, after.length);
  for (let i = 0; i < common; i += 1) operations.push(...difference(before[i], after[i], pointer(path, i)));
  for (let i = before.length - 1; i >= common; i -= 1) operations.push({ op: 'remove', path: pointer(path, i) });
  for (let i = common; i < after.length; i += 1)
    operations.push({ op: 'add', path: pointer(path, '-'), value: after[i] });
  return operations;
};
