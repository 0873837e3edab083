import { Refused } from '@orderloom/contracts';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { OWN_ISSUER, type Revocations } from './authenticator.js';
import { signJwt } from './jwt.js';
import type { Role } from './roles.js';

/** A token that was issued. The token itself is not kept: it is signed anew from this when its request is repeated. */
export interface TokenDocument {
  _id: string;
  subject: string;
  roles: Role[];
  channels?: string[];
  customerId?: string;
  issuedAt: string;
  issuedBy: string;
  /** A date, because the database deletes by it. */
  expiresAt: Date;
  revokedAt?: string;
  revokedBy?: string;
}

/** A revocation is known everywhere after this, ms. */
const FRESH_MS = 5_000;

/**
 * Issued tokens, in the database that all services share (`orderloom_vault`). What is asked on every request is kept in
 * memory and read again while requests come; without requests nothing is read.
 */
export class TokenStore implements Revocations {
  readonly tokens: Collection<TokenDocument>;
  #revoked: ReadonlySet<string> | undefined;
  #readAt = 0;
  #reading: Promise<void> | undefined;

  constructor(connection: Connection) {
    this.tokens = connection.getClient().db(connection.name).collection<TokenDocument>('tokens') as never;
  }

  /** Once per start, by the service that issues. */
  async prepare(): Promise<void> {
    await this.tokens.createIndexes([
      { key: { issuedAt: -1, _id: -1 } },
      { key: { revokedAt: 1 }, sparse: true },
      { key: { expiresAt: 1 }, expireAfterSeconds: 30 * 86_400 },
    ]);
  }

  /** Keeps a token; the first one under the same id counts. @throws Refused IDEMPOTENCY_KEY_REUSED */
  async issue(document: TokenDocument): Promise<TokenDocument> {
    const found = await this.tokens.findOneAndUpdate(
      { _id: document._id },
      { $setOnInsert: document },
      { upsert: true, returnDocument: 'after' },
    );
    const kept = found ?? document;
    if (contentOf(kept) !== contentOf(document)) throw new Refused('IDEMPOTENCY_KEY_REUSED');
    return kept;
  }

  /** Takes a token back; repeating it is harmless. @throws Refused TOKEN_NOT_FOUND */
  async revoke(id: string, at: string, by: string): Promise<TokenDocument> {
    await this.tokens.updateOne({ _id: id, revokedAt: { $exists: false } }, { $set: { revokedAt: at, revokedBy: by } });
    const found = await this.find(id);
    await this.#read();
    return found;
  }

  /** @throws Refused TOKEN_NOT_FOUND */
  async find(id: string): Promise<TokenDocument> {
    const found = await this.tokens.findOne({ _id: id });
    if (found === null) throw new Refused('TOKEN_NOT_FOUND', { id });
    return found;
  }

  /** Ids of tokens that were taken back and have not ended by themselves. */
  async revoked(): Promise<string[]> {
    const found = await this.tokens.find({ revokedAt: { $exists: true } }, { projection: { _id: 1 } }).toArray();
    return found.map(({ _id }) => _id);
  }

  isRevoked(tokenId: string): boolean | Promise<boolean> {
    const known = this.#revoked;
    if (known !== undefined && Date.now() - this.#readAt < FRESH_MS) return known.has(tokenId);
    return this.#read().then(() => this.#revoked?.has(tokenId) === true);
  }

  #read(): Promise<void> {
    this.#reading ??= this.revoked()
      .then((ids) => {
        this.#revoked = new Set(ids);
        this.#readAt = Date.now();
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}

const contentOf = ({ subject, roles, channels, customerId }: TokenDocument): string =>
  JSON.stringify([subject, roles, channels ?? null, customerId ?? null]);

/** The token for what is kept of it. The same again each time. */
export const tokenOf = (
  { _id, subject, roles, channels, customerId, issuedAt, expiresAt }: TokenDocument,
  key: Buffer,
): string =>
  signJwt(
    {
      iss: OWN_ISSUER,
      sub: subject,
      jti: _id,
      iat: Math.floor(Date.parse(issuedAt) / 1000),
      exp: Math.floor(expiresAt.getTime() / 1000),
      roles,
      ...(channels === undefined ? {} : { channels }),
      ...(customerId === undefined ? {} : { customer_id: customerId }),
    },
    key,
  );
