import {
  createHmac,
  createPublicKey,
  hkdfSync,
  type JsonWebKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/** The parts of a JSON Web Token (RFC 7519) in compact form. */
export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

const partOf = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

const FORM = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

/** Takes a token apart without believing it; undefined when it is none. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  const [, head = '', body = '', signature = ''] = FORM.exec(token) ?? [];
  const header = partOf(head);
  const claims = partOf(body);
  if (header === undefined || claims === undefined) return undefined;
  // Extensions that must be understood (RFC 7515 §4.1.11) are not.
  if (header['crit'] !== undefined) return undefined;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Key for our own tokens, made from a secret (RFC 5869) so that the secret itself signs nothing. */
export const tokenKeyOf = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'orderloom', 'issued tokens', 32));

/** Signs claims with HMAC-SHA-256 (RFC 7518 §3.2). */
export function signJwt(claims: object, key: Buffer): string {
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** True when our own key signed it. The algorithm is fixed: what the token says of it only may agree. */
export function isSignedWith(key: Buffer, { header, signed, signature }: DecodedJwt): boolean {
  if (header['alg'] !== 'HS256') return false;
  const expected = createHmac('sha256', key).update(signed).digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

/** Signatures of identity providers (RFC 7518 §3.3, §3.4), each with the only kind of key it goes with. */
const algorithms: Readonly<Record<string, { hash: string; key: string; curve?: string }>> = {
  RS256: { hash: 'sha256', key: 'rsa' },
  RS384: { hash: 'sha384', key: 'rsa' },
  RS512: { hash: 'sha512', key: 'rsa' },
  ES256: { hash: 'sha256', key: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', key: 'ec', curve: 'secp384r1' },
};

/** True when the provider's public key fits the signature. */
export function isSignedBy(key: KeyObject, { header, signed, signature }: DecodedJwt): boolean {
  const alg = header['alg'];
  const algorithm = typeof alg === 'string' && Object.hasOwn(algorithms, alg) ? algorithms[alg] : undefined;
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.key) return false;
  if (algorithm.curve !== undefined && key.asymmetricKeyDetails?.namedCurve !== algorithm.curve) return false;
  const data = Buffer.from(signed);
  return algorithm.key === 'ec'
    ? verify(algorithm.hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature)
    : verify(algorithm.hash, data, key, signature);
}

/** A public key in JSON (RFC 7517); undefined for kinds that are not used here. */
export function keyOfJwk(jwk: unknown): KeyObject | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kty, use } = jwk as { kty?: unknown; use?: unknown };
  if ((kty !== 'RSA' && kty !== 'EC') || (use !== undefined && use !== 'sig')) return undefined;
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Clocks of two machines may differ by this much, s. */
const LEEWAY_S = 30;

/** Whether the token is good at this time: `exp` must be there, `nbf` may be. */
export function timeProblem(claims: DecodedJwt['claims'], nowMs: number): 'expired' | 'early' | undefined {
  const now = nowMs / 1000;
  const { exp, nbf } = claims as { exp?: unknown; nbf?: unknown };
  if (typeof exp !== 'number' || now >= exp + LEEWAY_S) return 'expired';
  return typeof nbf === 'number' && now < nbf - LEEWAY_S ? 'early' : undefined;
}
