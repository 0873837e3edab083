import { isSealed, type Sealed } from '@orderloom/contracts';

/** Seals a text at once: its key is at hand. */
export type SealText = (text: string) => Sealed<string>;

/** An event would keep what somebody wrote in the clear. */
export class OpenNote extends Error {
  override readonly name = 'OpenNote';
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && !isSealed(value);

/**
 * The same data with what people wrote in it sealed: every `note`, however deep, and the fields that are named besides.
 * Data without any comes back as it is.
 */
export const withSealedNotes = <T>(data: T, seal: SealText, fields: readonly string[] = []): T => {
  if (Array.isArray(data)) {
    const parts: unknown[] = data.map((part) => withSealedNotes(part, seal, fields));
    // The same data, its texts sealed.
    return (parts.some((part, index) => part !== data[index]) ? parts : data) as T;
  }
  if (typeof data !== 'object' || data === null) return data;
  let changed: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(data as Record<string, unknown>)) {
    const written = (name === 'note' || fields.includes(name)) && isText(value);
    const next: unknown = written ? seal(value) : withSealedNotes(value, seal, fields);
    if (next === value) continue;
    changed = { ...(changed ?? data), [name]: next };
  }
  return (changed ?? data) as T;
};
