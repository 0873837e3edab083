import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Refused } from '@orderloom/contracts';
import { Clock, InjectSettings } from '@orderloom/platform';

/** What a link lets its bearer do, to what, and until when. */
interface Claim {
  readonly purpose: string;
  readonly id: string;
  /** Seconds since 1970. */
  readonly until: number;
}

/**
 * Links that need no sign-in: they name one thing and one purpose, carry an end, and are signed (HMAC-SHA256) with a
 * key derived from the newest master key. All master keys verify, so a rotation breaks no link.
 */
@Injectable()
export class SignedLinks {
  readonly #keys: readonly Buffer[];

  constructor(
    @InjectSettings() settings: { readonly ORDERLOOM_MASTER_KEY: string },
    private readonly clock: Clock,
  ) {
    this.#keys = settings.ORDERLOOM_MASTER_KEY.split(',')
      .map((entry) => /^(?:(\d+):)?(.+)$/.exec(entry.trim()))
      .map((parts) => ({ version: Number(parts?.[1] ?? 1), secret: parts?.[2] ?? '' }))
      .sort((a, b) => b.version - a.version)
      .map(({ secret }) => Buffer.from(hkdfSync('sha256', secret, 'orderloom', 'inventory.links', 32)));
  }

  /** A token for one purpose and thing, valid for some time. */
  issue(purpose: string, id: string, seconds: number): { readonly token: string; readonly until: string } {
    const until = Math.floor(this.clock.millis() / 1000) + seconds;
    const claim: Claim = { purpose, id, until };
    const payload = Buffer.from(JSON.stringify(claim)).toString('base64url');
    const [newest] = this.#keys;
    if (!newest) throw new Error('there is no master key');
    return { token: `${payload}.${sign(newest, payload)}`, until: new Date(until * 1000).toISOString() };
  }

  /** The id a token stands for. @throws Refused LINK_INVALID also when its time is over */
  open(purpose: string, token: string): string {
    const [payload = '', signature = ''] = token.split('.');
    if (!this.#keys.some((key) => same(signature, sign(key, payload)))) throw new Refused('LINK_INVALID');
    // Only what was signed here is read.
    const claim = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claim;
    if (claim.purpose !== purpose || claim.until * 1000 <= this.clock.millis()) throw new Refused('LINK_INVALID');
    return claim.id;
  }
}

const sign = (key: Buffer, payload: string): string => createHmac('sha256', key).update(payload).digest('base64url');

const same = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
};
