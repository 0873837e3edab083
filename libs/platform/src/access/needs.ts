import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { type RouteFlags, routeFlags } from '../http/route-flags.js';
import type { Access } from './access.js';
import type { Permission } from './permissions.js';

export interface NeedsOptions {
  /**
   * The handler (or a hook before it) keeps tokens that are limited to channels or to one customer to their own orders.
   * Without it such tokens are refused.
   */
  readonly limited?: boolean;
}

/**
 * The permission an endpoint needs: on a handler, or on a controller for all handlers that name none of their own.
 * An endpoint without `@Needs`, `@SignedIn` or `@Public` is the administrator's alone.
 * @example @Needs('orders:cancel') @Post(':id/cancel')
 */
export const Needs = (permission: Permission, options: NeedsOptions = {}): MethodDecorator & ClassDecorator =>
  applyDecorators(
    routeFlags({ needs: permission, ...(options.limited === true ? { limited: true } : {}) }),
    ApiExtension('x-permission', permission),
  );

/** Any valid token will do: what is answered concerns its holder alone. */
export const SignedIn = (): MethodDecorator & ClassDecorator =>
  applyDecorators(routeFlags({ signedIn: true }), ApiExtension('x-permission', 'signed in'));

/** @throws Refused PERMISSION_MISSING, ADMIN_ONLY, TOKEN_LIMITED */
export function mustBeAllowed(flags: RouteFlags, access: Access): void {
  if (flags.signedIn === true || flags.forwarded === true) return;
  if (flags.needs === undefined) {
    if (access.isAdmin) return;
    const details = { roles: [...access.identity.roles] };
    throw new Refused('ADMIN_ONLY', details, [{ path: 'authorization', code: 'ADMIN_ONLY', details }]);
  }
  access.mustMay(flags.needs);
  if (access.limited && flags.limited !== true) {
    throw new Refused('TOKEN_LIMITED', {}, [{ path: 'authorization', code: 'TOKEN_LIMITED' }]);
  }
}
