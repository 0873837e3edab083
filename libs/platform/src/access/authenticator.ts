import { timingSafeEqual } from 'node:crypto';
import { Refused } from '@orderloom/contracts';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import { Access } from './access.js';
import { type ClaimNames, identityOf, OWN_CLAIMS } from './identity-of.js';
import { decodeJwt, isSignedWith, timeProblem, tokenKeyOf } from './jwt.js';
import { type OidcOptions, OidcProvider } from './oidc.js';

/** `iss` of the tokens that this platform issues. */
export const OWN_ISSUER = 'orderloom';

/** Tokens that were taken back. */
export interface Revocations {
  /** As of some seconds ago at the latest. */
  isRevoked(tokenId: string): boolean | Promise<boolean>;
}

export interface AuthenticatorOptions {
  readonly adminToken: string;
  readonly clock: Clock;
  readonly oidc?: OidcOptions & { readonly claims: ClaimNames };
}

const MOST_KNOWN = 5_000;

/** Tells who sends a request from its `Authorization` header. */
export class Authenticator {
  /** Key that issued tokens are signed with. */
  readonly key: Buffer;
  /** None unless the program can reach where they are kept. */
  revocations: Revocations | undefined;
  readonly #admin: Buffer;
  readonly #provider: OidcProvider | undefined;
  readonly #everything = Access.everything();
  // Checked signatures: the same token comes with every request of a session.
  readonly #known = new LRUCache<string, Access>({ max: MOST_KNOWN });

  constructor(private readonly options: AuthenticatorOptions) {
    this.#admin = Buffer.from(options.adminToken);
    this.key = tokenKeyOf(options.adminToken);
    this.#provider = options.oidc === undefined ? undefined : new OidcProvider(options.oidc);
  }

  /**
   * At once for the administrator's token and for known ones, so that most requests wait for nothing.
   * @throws Refused UNAUTHENTICATED, TOKEN_EXPIRED, TOKEN_REVOKED (the promise rejects when there is one)
   */
  access(header: string | undefined, checkRevoked = true): Access | Promise<Access> {
    const token = header === undefined ? undefined : /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (token === undefined) throw new Refused('UNAUTHENTICATED');
    if (this.#isAdmin(token)) return this.#everything;
    const now = this.options.clock.millis();
    const known = this.#known.get(token);
    if (known !== undefined) {
      const { expiresAt } = known.identity;
      if (expiresAt !== undefined && now >= Date.parse(expiresAt)) throw new Refused('TOKEN_EXPIRED');
      return checkRevoked ? this.#unlessRevoked(known) : known;
    }
    return this.#verify(token, now, checkRevoked);
  }

  #isAdmin(token: string): boolean {
    const given = Buffer.from(token);
    // Unequal lengths end early; the length of the token is no secret.
    return given.length === this.#admin.length && timingSafeEqual(given, this.#admin);
  }

  #verify(token: string, now: number, checkRevoked: boolean): Access | Promise<Access> {
    const decoded = decodeJwt(token);
    if (decoded === undefined) throw new Refused('UNAUTHENTICATED');
    if (decoded.claims['iss'] === OWN_ISSUER) {
      if (!isSignedWith(this.key, decoded)) throw new Refused('UNAUTHENTICATED');
      if (timeProblem(decoded.claims, now) !== undefined) throw new Refused('TOKEN_EXPIRED');
      const access = this.#remember(token, decoded.claims, OWN_CLAIMS);
      return checkRevoked ? this.#unlessRevoked(access) : access;
    }
    const { oidc } = this.options;
    if (oidc === undefined || this.#provider?.issued(decoded) !== true) throw new Refused('UNAUTHENTICATED');
    return this.#provider.verify(decoded, now).then((claims) => this.#remember(token, claims, oidc.claims));
  }

  #remember(token: string, claims: Readonly<Record<string, unknown>>, names: ClaimNames): Access {
    const identity = identityOf(claims, names);
    if (identity === undefined) throw new Refused('UNAUTHENTICATED');
    const access = new Access(identity);
    this.#known.set(token, access);
    return access;
  }

  #unlessRevoked(access: Access): Access | Promise<Access> {
    const { tokenId } = access.identity;
    if (tokenId === undefined || this.revocations === undefined) return access;
    const answer = (revoked: boolean): Access => {
      if (revoked) throw new Refused('TOKEN_REVOKED');
      return access;
    };
    const revoked = this.revocations.isRevoked(tokenId);
    return typeof revoked === 'boolean' ? answer(revoked) : revoked.then(answer);
  }
}
