import type { KeyObject } from 'node:crypto';
import { Refused } from '@orderloom/contracts';
import { type DecodedJwt, isSignedBy, keyOfJwk, timeProblem } from './jwt.js';

/** An OpenID Connect provider whose access tokens are taken. */
export interface OidcOptions {
  /** `iss` of its tokens; its discovery document lies below. */
  readonly issuer: string;
  /** Must be among the token's `aud`. */
  readonly audience: string;
  /** Where its keys are; found by discovery when absent. */
  readonly jwksUrl?: string;
  readonly fetch?: typeof fetch;
}

/** Keys are read again at most this often when a token names one that is not known, ms. */
const RETRY_MS = 30_000;
const TIMEOUT_MS = 5_000;

/** Checks tokens of an OpenID Connect provider by its published keys (RFC 7517, OpenID Connect Discovery 1.0). */
export class OidcProvider {
  #keys = new Map<string, KeyObject>();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(private readonly options: OidcOptions) {}

  /** True when the token says it is this provider's. */
  issued({ claims }: DecodedJwt): boolean {
    return claims['iss'] === this.options.issuer;
  }

  /**
   * The claims of a token that is good now.
   * @throws Refused UNAUTHENTICATED, TOKEN_EXPIRED; UNAVAILABLE when the provider's keys cannot be read
   */
  async verify(token: DecodedJwt, nowMs: number): Promise<DecodedJwt['claims']> {
    const key = await this.#keyOf(token, nowMs);
    if (key === undefined || !isSignedBy(key, token)) throw new Refused('UNAUTHENTICATED');
    const audiences = [token.claims['aud']].flat();
    if (!audiences.includes(this.options.audience)) throw new Refused('UNAUTHENTICATED');
    if (timeProblem(token.claims, nowMs) !== undefined) throw new Refused('TOKEN_EXPIRED');
    return token.claims;
  }

  async #keyOf({ header }: DecodedJwt, nowMs: number): Promise<KeyObject | undefined> {
    const id = typeof header['kid'] === 'string' ? header['kid'] : '';
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    // Keys rotate: one that is not known may be new. Not asked for every made-up name, though.
    if (this.#reading === undefined && nowMs - this.#readAt < RETRY_MS) return undefined;
    this.#readAt = nowMs;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
    return this.#keys.get(id);
  }

  async #read(): Promise<void> {
    try {
      const url = this.options.jwksUrl ?? (await this.#discovered());
      const { keys } = (await this.#json(url)) as { keys?: unknown };
      if (!Array.isArray(keys)) throw new Error(`${url} lists no keys`);
      this.#keys = new Map(
        keys.flatMap((jwk: unknown) => {
          const key = keyOfJwk(jwk);
          const { kid } = (jwk ?? {}) as { kid?: unknown };
          return key === undefined ? [] : [[typeof kid === 'string' ? kid : '', key] as const];
        }),
      );
    } catch (error) {
      this.#readAt = Number.NEGATIVE_INFINITY;
      throw new Refused('IDENTITY_PROVIDER_UNAVAILABLE', { reason: error instanceof Error ? error.message : '' });
    }
  }

  async #discovered(): Promise<string> {
    const url = `${this.options.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer, jwks_uri: jwks } = (await this.#json(url)) as { issuer?: unknown; jwks_uri?: unknown };
    if (issuer !== this.options.issuer || typeof jwks !== 'string') throw new Error(`${url} is another issuer's`);
    return jwks;
  }

  async #json(url: string): Promise<unknown> {
    const answer = await (this.options.fetch ?? fetch)(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer.json();
  }
}
