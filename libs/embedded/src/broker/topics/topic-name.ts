/** Why a topic cannot have this name, undefined when it can; Kafka's own rules. */
export function validTopicName(name: string): string | undefined {
  if (name === '') return 'Topic name is invalid: it cannot be empty';
  if (name === '.' || name === '..') return `Topic name is invalid: it cannot be ${name}`;
  if (name.length > 249) return 'Topic name is invalid: it is longer than 249 characters';
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return 'Topic name is invalid: only ASCII letters, digits, ".", "_" and "-" are allowed';
  }
  return undefined;
}
