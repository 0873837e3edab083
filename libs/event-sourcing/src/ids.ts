import { createHash } from 'node:crypto';

/** Namespace of all ids derived here. Fixed for ever: another value would give every event another id. */
const NAMESPACE = Buffer.from('2f5b8a1e64d94c7b9c0f6f726465726c', 'hex');

/**
 * Name-based id (uuid v5, RFC 9562 §5.5) of the parts: the same parts give the same id on every machine.
 * Parts are joined with a separator that no id contains, so ('a', 'bc') and ('ab', 'c') differ.
 */
export function deterministicId(...parts: string[]): string {
  const hex = createHash('sha1').update(NAMESPACE).update(parts.join('\u001f'), 'utf8').digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
