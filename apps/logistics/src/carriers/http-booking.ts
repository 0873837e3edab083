import { Refused } from '@orderloom/contracts';
import type { HttpBookingData } from '../data/kinds.js';

/** What may stand in templates as `{{name}}`. Nothing personal beyond what a label needs. */
export type BookingFacts = Readonly<Record<string, string | number | null>>;

/** What a carrier answers. */
export interface Booked {
  readonly trackingNumber: string;
  /** Minor units. */
  readonly cost: number | undefined;
}

/** Longest a carrier may take to answer, ms. */
const PATIENCE_MS = 10_000;
/** Longest answer that is read. */
const LONGEST_ANSWER = 1_000_000;

/** Fills `{{name}}` and `{{secret.name}}`; a template that is one name alone keeps a number a number. */
const fill = (template: unknown, facts: BookingFacts, secrets: Readonly<Record<string, string>>): unknown => {
  if (typeof template === 'string') {
    const factOf = (name: string): string | number | null =>
      name.startsWith('secret.') ? (secrets[name.slice('secret.'.length)] ?? '') : (facts[name] ?? '');
    const whole = /^\{\{([\w.]+)\}\}$/.exec(template)?.[1];
    if (whole !== undefined) return factOf(whole);
    return template.replace(/\{\{([\w.]+)\}\}/g, (_, name: string) => String(factOf(name) ?? ''));
  }
  if (Array.isArray(template)) return template.map((one) => fill(one, facts, secrets));
  if (typeof template === 'object' && template !== null) {
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fill(value, facts, secrets)]));
  }
  return template;
};

/** The value at a JSON pointer (RFC 6901); undefined where there is none. */
export const at = (document: unknown, pointer: string): unknown => {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
};

/**
 * Books a shipment with a carrier over HTTP. `reference` (the shipment's id) is among the facts and stays the same when
 * it is tried again, so that the carrier can tell a retry from a second parcel; it also goes as `Idempotency-Key`.
 * @throws Refused CARRIER_UNREACHABLE when it does not answer with a tracking number
 */
export const bookOverHttp = async (
  carrier: string,
  booking: HttpBookingData,
  facts: BookingFacts & { readonly reference: string },
  secrets: Readonly<Record<string, string>>,
  send: typeof fetch = fetch,
): Promise<Booked> => {
  const unreachable = (why: string) => new Refused('CARRIER_UNREACHABLE', { carrier, why });
  const headers = Object.entries(booking.headers ?? {}).map(([name, value]) => [
    name,
    String(fill(value, facts, secrets)),
  ]);
  let answer: Response;
  let text: string;
  try {
    answer = await send(String(fill(booking.url, facts, {})), {
      method: booking.method,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': facts.reference,
        ...Object.fromEntries(headers),
      },
      body: JSON.stringify(fill(booking.body, facts, secrets)),
      redirect: 'error', // another host must not get the secrets
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await answer.text();
  } catch {
    throw unreachable('no answer');
  }
  if (!answer.ok) throw unreachable(`status ${answer.status}`);
  let document: unknown;
  try {
    document = text.length > LONGEST_ANSWER ? undefined : JSON.parse(text);
  } catch {
    throw unreachable('not JSON');
  }
  const trackingNumber = at(document, booking.trackingNumberAt);
  if (
    (typeof trackingNumber !== 'string' && typeof trackingNumber !== 'number') ||
    !/^\S{1,100}$/.test(String(trackingNumber))
  ) {
    throw unreachable('no tracking number');
  }
  const cost = booking.costAt === undefined ? undefined : Number(at(document, booking.costAt));
  return {
    trackingNumber: String(trackingNumber),
    cost: cost !== undefined && Number.isSafeInteger(cost) && cost >= 0 ? cost : undefined,
  };
};
