import { createHash, timingSafeEqual } from 'node:crypto';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { checkFields, Field } from '@orderloom/platform';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type TrackStatus, type TrackUpdate, trackStatuses } from '../shipment/track.js';
import { kuaidi100Status } from './kuaidi100.js';

/** Scans of one parcel. */
export interface ParcelNews {
  readonly trackingNumber: string;
  readonly updates: readonly TrackUpdate[];
}

/** A webhook as it came. */
export interface RawWebhook {
  readonly carrier: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
}

class CheckpointBody {
  @Field.string({ optional: true, max: 200, description: 'The same for every telling of this scan.' }) id?: string;
  @Field.oneOf(trackStatuses) status!: TrackStatus;
  @Field.time() occurredAt!: string;
  @Field.string({ optional: true, max: 60 }) code?: string;
  @Field.string({ optional: true, max: 200 }) place?: string;
  @Field.time({ optional: true }) promisedAt?: string;
}

class ParcelBody {
  @Field.string({ max: 100 }) trackingNumber!: string;
  @Field.list(() => CheckpointBody, { min: 1, max: 500 }) events!: CheckpointBody[];
}

/** Body of a tracking webhook in our own form. */
export class TrackingWebhookBody {
  @Field.list(() => ParcelBody, { min: 1, max: 100 }) parcels!: ParcelBody[];
}

const malformed = (path: string, code: FieldProblem['code']) => new Refused('VALIDATION_FAILED', {}, [{ path, code }]);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused('MALFORMED_JSON');
  }
};

const iso = (time: string): string => new Date(time).toISOString();

/** One telling of a scan has one key for ever, whoever repeats it and in whatever order. */
const keyOf = (carrier: string, number: string, ...parts: string[]): string =>
  deterministicId('track', carrier, number, ...parts);

/**
 * A webhook in our own form, signed the Standard-Webhooks way (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
 * @throws Refused WEBHOOK_SIGNATURE_INVALID, MALFORMED_JSON, VALIDATION_FAILED
 */
export const readStandard = ({ carrier, body, headers, secret }: RawWebhook): ParcelNews[] => {
  try {
    new Webhook(secret).verify(body, { ...headers }, { jsonParse: false });
  } catch (error) {
    if (error instanceof WebhookVerificationError) throw new Refused('WEBHOOK_SIGNATURE_INVALID');
    throw error;
  }
  const { parcels } = checkFields(TrackingWebhookBody, parseJson(body));
  return parcels.map(({ trackingNumber, events }) => ({
    trackingNumber,
    updates: events.map(({ id, status, occurredAt, code, place, promisedAt }) => ({
      scanKey: keyOf(carrier, trackingNumber, id ?? `${status}|${iso(occurredAt)}|${code ?? ''}`),
      status,
      occurredAt: iso(occurredAt),
      ...(code === undefined ? {} : { code }),
      ...(place === undefined ? {} : { place }),
      ...(promisedAt === undefined ? {} : { promisedAt: iso(promisedAt) }),
    })),
  }));
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** Times of 快递100 are those of China and say no zone. */
const chinaTime = (time: string): string | undefined => {
  const found = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?$/.exec(time);
  if (!found) return undefined;
  const at = Date.parse(`${found[1]}T${found[2]}${found[3] ?? ':00'}+08:00`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

/**
 * A push of 快递100: a form with `param` (JSON) and `sign` = MD5(param + salt). Entries carry their own status with
 * `resultv2`; without it only the newest has one, and the others were told when they were the newest. The text of an
 * entry is not kept: it holds couriers' names and numbers.
 * @throws Refused WEBHOOK_SIGNATURE_INVALID, MALFORMED_JSON, VALIDATION_FAILED
 */
export const readKuaidi100 = ({ carrier, body, secret }: RawWebhook): ParcelNews[] => {
  const form = new URLSearchParams(body);
  const param = form.get('param') ?? '';
  const expected = createHash('md5')
    .update(param + secret, 'utf8')
    .digest('hex');
  const given = (form.get('sign') ?? '').toLowerCase();
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
    throw new Refused('WEBHOOK_SIGNATURE_INVALID');
  }
  const document = parseJson(param);
  const result = isObject(document) ? document['lastResult'] : undefined;
  // Without news: the watch ended or was given up.
  if (!isObject(result)) return [];
  const trackingNumber = textOf(result['nu']);
  if (!/^\S{1,100}$/.test(trackingNumber)) throw malformed('param.lastResult.nu', 'REQUIRED');
  const entries = Array.isArray(result['data']) ? result['data'].filter(isObject) : [];
  const updates = entries.flatMap((entry, index): TrackUpdate[] => {
    const occurredAt = chinaTime(textOf(entry['ftime'] ?? entry['time']) || textOf(entry['time']));
    // The newest comes first.
    const code = textOf(entry['statusCode']) || (index === 0 ? textOf(result['state']) : '');
    if (occurredAt === undefined || code === '') return [];
    const place = textOf(entry['areaName']).slice(0, 200);
    return [
      {
        scanKey: keyOf(carrier, trackingNumber, occurredAt, code),
        status: kuaidi100Status(code),
        occurredAt,
        code: code.slice(0, 60),
        ...(place === '' ? {} : { place }),
      },
    ];
  });
  // Oldest first, as it happened.
  return [{ trackingNumber, updates: updates.reverse() }];
};
