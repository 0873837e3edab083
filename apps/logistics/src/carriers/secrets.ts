/** Secrets of carriers, from the environment: carrier → name → value. They never get into events, logs or answers. */
export type CarrierSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Reads `{"acme":{"apiKey":"…","webhook":"whsec_…"}}`. @throws Error that completes the sentence "NAME …" */
export const readSecrets = (text: string): CarrierSecrets => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('must be JSON');
  }
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(parsed)) throw new Error('must be an object: carrier → name → secret');
  for (const secrets of Object.values(parsed)) {
    if (!isObject(secrets) || !Object.values(secrets).every((one) => typeof one === 'string' && one !== '')) {
      throw new Error('must be an object: carrier → name → secret');
    }
  }
  return parsed as CarrierSecrets; // every entry was looked at just before
};
