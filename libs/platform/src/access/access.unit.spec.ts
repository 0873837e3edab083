import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.js';
import { Access } from './access.js';
import { Authenticator } from './authenticator.js';
import { OWN_CLAIMS } from './identity-of.js';
import { signJwt, tokenKeyOf } from './jwt.js';
import { maskPersonal, personalFor } from './mask.js';
import { mustBeAllowed } from './needs.js';
import { permissionNames } from './permissions.js';
import { permissionsOfRole, roleNames } from './roles.js';

const ADMIN = 'admin-token-0123456789';
const NOW = Date.parse('2026-03-01T12:00:00Z');
let now = NOW;
const clock = { millis: () => now, now: () => new Date(now).toISOString() } as Clock;
const seconds = (ms: number) => Math.floor(ms / 1000);

const claims = (more: object = {}) => ({
  iss: 'orderloom',
  sub: 'li',
  jti: 'T1',
  exp: seconds(NOW) + 3600,
  roles: ['desk_clerk', 'pirate'],
  ...more,
});
const bearer = (token: string) => `Bearer ${token}`;
const own = (more: object = {}, key = tokenKeyOf(ADMIN)) => bearer(signJwt(claims(more), key));

describe('tokens', () => {
  const authenticator = new Authenticator({ adminToken: ADMIN, clock });
  beforeEach(() => {
    now = NOW;
  });
  const refused = (header: string | undefined) => {
    try {
      return void authenticator.access(header);
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it("takes the administrator's own", () => {
    expect(authenticator.access(bearer(ADMIN))).toMatchObject({ identity: { root: true } });
  });

  it('takes one it has issued, with the roles there are', () => {
    const access = authenticator.access(own({ channels: ['web'] })) as Access;
    expect(access.identity).toMatchObject({ subject: 'li', roles: ['desk_clerk'], channels: ['web'], tokenId: 'T1' });
    expect(access.may('orders:place')).toBe(true);
    expect(access.may('payments:refund')).toBe(false);
    expect(access.limited).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['another scheme', `Basic ${ADMIN}`],
    ['another key', own({}, tokenKeyOf('another-token-0123456789'))],
    ['no signature', own().replace(/\.[^.]*$/, '.')],
    ['the algorithm none', bearer(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${own().split('.')[1]}.x`)],
    ['another issuer', own({ iss: 'https://elsewhere.example' })],
    ['nobody named', own({ sub: '' })],
    ['no token at all', bearer('x')],
  ])('refuses %s', (_, header) => {
    expect(refused(header)).toBe('UNAUTHENTICATED');
  });

  it('refuses one that has ended, also when it was known before', () => {
    const header = own({ sub: 'wang' });
    expect(refused(header)).toBeUndefined();
    now = NOW + 3_700_000;
    expect(refused(header)).toBe('TOKEN_EXPIRED');
    expect(refused(own({ sub: 'zhao' }))).toBe('TOKEN_EXPIRED');
    expect(refused(own({ exp: undefined }))).toBe('TOKEN_EXPIRED');
  });

  it('refuses one that was taken back', async () => {
    const limited = new Authenticator({ adminToken: ADMIN, clock });
    limited.revocations = { isRevoked: (id) => Promise.resolve(id === 'T1') };
    await expect(Promise.resolve(limited.access(own()))).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
    await expect(Promise.resolve(limited.access(own({ jti: 'T2' })))).resolves.toBeInstanceOf(Access);
  });

  it('gives nobody the role of a customer without saying which', () => {
    expect(authenticator.access(own({ sub: 'c', roles: ['customer'] }))).toMatchObject({ identity: { roles: [] } });
    expect(authenticator.access(own({ sub: 'd', roles: ['customer'], customer_id: 'C1' }))).toMatchObject({
      identity: { roles: ['customer'], customerId: 'C1' },
    });
  });
});

describe('tokens of an identity provider', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const keys = [
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r', use: 'sig' },
    { ...ec.publicKey.export({ format: 'jwk' }), kid: 'e' },
  ];
  let asked = 0;
  let issuer = '';
  const server = createServer((request, response) => {
    asked += 1;
    const body = request.url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` };
    response.end(JSON.stringify(body));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (alg: string, kid: string, more: object = {}) => {
    const body = {
      iss: issuer,
      aud: ['orders'],
      sub: 'li',
      exp: seconds(NOW) + 60,
      realm: { roles: ['finance'] },
      ...more,
    };
    const signed = `${part({ alg, kid })}.${part(body)}`;
    const key = kid === 'e' ? { key: ec.privateKey, dsaEncoding: 'ieee-p1363' as const } : rsa.privateKey;
    return bearer(`${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`);
  };
  const make = () =>
    new Authenticator({
      adminToken: ADMIN,
      clock,
      oidc: { issuer, audience: 'orders', claims: { ...OWN_CLAIMS, roles: 'realm.roles' } },
    });

  it('takes them by its published keys and asks for those once', async () => {
    asked = 0;
    const authenticator = make();
    const [first, second] = [
      await authenticator.access(token('RS256', 'r')),
      await authenticator.access(token('ES256', 'e')),
    ];
    expect(first.identity).toMatchObject({ subject: 'li', roles: ['finance'] });
    expect(second.identity.roles).toEqual(['finance']);
    expect(asked).toBe(2);
  });

  it.each([
    ['for somebody else', () => token('RS256', 'r', { aud: 'others' }), 'UNAUTHENTICATED'],
    ['with a key it does not have', () => token('RS256', 'x'), 'UNAUTHENTICATED'],
    ['with an algorithm that is not the key’s', () => token('ES256', 'r'), 'UNAUTHENTICATED'],
    ['with a public key as a shared secret', () => token('HS256', 'r'), 'UNAUTHENTICATED'],
    ['that has ended', () => token('RS256', 'r', { exp: seconds(NOW) - 60 }), 'TOKEN_EXPIRED'],
  ])('refuses one %s', async (_, made, code) => {
    await expect(Promise.resolve(make().access(made()))).rejects.toMatchObject({ code });
  });
});

describe('permissions', () => {
  const clerk = new Access({ subject: 'li', roles: ['desk_clerk'] });
  const codeOf = (work: () => void) => {
    try {
      work();
      return undefined;
    } catch (error) {
      return error as { code: string; details: object; fields?: object[] };
    }
  };

  it('says which one is missing, who has it and where it was asked for', () => {
    expect(codeOf(() => clerk.mustMay('payments:refund', 'amount'))).toMatchObject({
      code: 'PERMISSION_MISSING',
      details: { permission: 'payments:refund', roles: ['desk_clerk'], rolesWith: ['finance', 'after_sales', 'admin'] },
      fields: [{ path: 'amount', code: 'PERMISSION_MISSING' }],
    });
  });

  it('leaves what says nothing to administrators', () => {
    expect(codeOf(() => mustBeAllowed({}, clerk))?.code).toBe('ADMIN_ONLY');
    expect(codeOf(() => mustBeAllowed({}, Access.everything()))).toBeUndefined();
  });

  it('keeps limited tokens out of what does not keep them to their own', () => {
    const web = new Access({ subject: 'li', roles: ['desk_clerk'], channels: ['web'] });
    expect(codeOf(() => mustBeAllowed({ needs: 'orders:read' }, web))?.code).toBe('TOKEN_LIMITED');
    expect(codeOf(() => mustBeAllowed({ needs: 'orders:read', limited: true }, web))).toBeUndefined();
    expect(codeOf(() => web.mustUseChannel('phone'))?.code).toBe('CHANNEL_NOT_ALLOWED');
  });

  it('are all given to somebody, and all to administrators', () => {
    expect([...permissionsOfRole('admin')].sort()).toEqual([...permissionNames].sort());
    const given = new Set(roleNames.filter((role) => role !== 'admin').flatMap((role) => permissionsOfRole(role)));
    const administrators = permissionNames.filter((name) => !given.has(name));
    expect(administrators).toEqual(
      [
        'payments:report',
        'products:edit',
        'suppliers:edit',
        'personal:erase',
        'policies:edit',
        'simulation:manage',
        'operations:read',
        'operations:manage',
        'tokens:manage',
      ].sort((a, b) => permissionNames.indexOf(a as never) - permissionNames.indexOf(b as never)),
    );
  });
});

describe('masking', () => {
  const person = {
    name: 'Ada Example',
    email: 'ada@example.org',
    phone: '+49 30 1234567',
    address: { name: '王芳', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  };

  it('leaves what recognises, and nothing that tells', () => {
    expect(maskPersonal(person)).toEqual({
      name: 'A***',
      email: 'a***@example.org',
      phone: '***67',
      address: { name: '王***', street: '***', city: 'B***', postalCode: '***', country: 'DE', masked: true },
      masked: true,
    });
  });

  it('is for those who may not see it', () => {
    expect(personalFor(new Access({ subject: 'x', roles: ['analyst'] }), person)).toMatchObject({ masked: true });
    expect(personalFor(new Access({ subject: 'x', roles: ['reviewer'] }), person)).toBe(person);
    expect(personalFor(new Access({ subject: 'x', roles: ['analyst'] }), null)).toBeNull();
  });
});
