import { Refused } from '@orderloom/contracts';
import { type Permission, permissions } from './permissions.js';
import { permissionsOfRole, type Role, rolesWith } from './roles.js';

/** Who holds a token. */
export interface Identity {
  /** Name or id of the person or program; what they do is recorded under it. */
  readonly subject: string;
  readonly roles: readonly Role[];
  /** Only orders of these channels; absent: of every channel. */
  readonly channels?: readonly string[];
  /** Only the orders of this customer; absent: everybody's. */
  readonly customerId?: string;
  /** Id of an issued token, for revoking it. */
  readonly tokenId?: string;
  /** ISO 8601; absent: it does not end. */
  readonly expiresAt?: string;
  /** The administrator's own token, which may act in other people's names. */
  readonly root?: true;
}

/** What the holder of a token may do. */
export class Access {
  readonly #permissions: ReadonlySet<Permission>;

  constructor(readonly identity: Identity) {
    this.#permissions = new Set(identity.roles.flatMap((role) => permissionsOfRole(role)));
  }

  /** Everything: the administrator's, and work that no person asked for. */
  static everything(subject = 'admin'): Access {
    return new Access({ subject, roles: ['admin'], root: true });
  }

  get permissions(): Permission[] {
    return [...this.#permissions].sort();
  }

  get isAdmin(): boolean {
    return this.identity.roles.includes('admin');
  }

  /** True when the token is good for some orders only. */
  get limited(): boolean {
    return this.identity.channels !== undefined || this.identity.customerId !== undefined;
  }

  may(permission: Permission): boolean {
    return this.#permissions.has(permission);
  }

  /**
   * @param path field of the request that asks for it; the token itself when it is the whole request
   * @throws Refused PERMISSION_MISSING naming the permission and the roles that have it
   */
  mustMay(permission: Permission, path = 'authorization'): void {
    if (!this.may(permission)) throw missing(permission, this.identity.roles, path);
  }

  mayUseChannel(channel: string): boolean {
    return this.identity.channels?.includes(channel) ?? true;
  }

  /** @throws Refused CHANNEL_NOT_ALLOWED */
  mustUseChannel(channel: string, path = 'channel'): void {
    if (this.mayUseChannel(channel)) return;
    const details = { channel, allowed: [...(this.identity.channels ?? [])] };
    throw new Refused('CHANNEL_NOT_ALLOWED', details, [{ path, code: 'CHANNEL_NOT_ALLOWED', details }]);
  }

  mayUseCustomer(customerId: string | null | undefined): boolean {
    return this.identity.customerId === undefined || this.identity.customerId === customerId;
  }
}

const missing = (permission: Permission, roles: readonly Role[], path: string): Refused => {
  const details = { permission, what: permissions[permission], roles: [...roles], rolesWith: rolesWith(permission) };
  return new Refused('PERMISSION_MISSING', details, [{ path, code: 'PERMISSION_MISSING', details }]);
};
