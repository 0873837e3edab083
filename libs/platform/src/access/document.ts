import { type Permission, permissionNames, permissions } from './permissions.js';
import { permissionsOfRole, type Role, roleNames } from './roles.js';

const mark = (role: Role, permission: Permission): string => (permissionsOfRole(role).includes(permission) ? '●' : '');

/** `docs/permissions.md`: who may do what, written from the tables that decide it. */
export function permissionsPage(): string {
  const lines = [
    '# Roles and permissions',
    '',
    '<!-- Generated from libs/platform/src/access; a test fails when this page is stale. -->',
    '',
    'A token carries roles, a role has permissions, an endpoint names the permission it needs (`x-permission` in the',
    '[OpenAPI document](http://127.0.0.1:8080/api/docs)); one that names none is for `admin` alone. A refusal (403,',
    '`PERMISSION_MISSING`) says which permission is missing and which roles have it. How tokens are issued, limited and',
    'taken back: [operating](operating.md#tokens-and-roles).',
    '',
    `| permission | may | ${roleNames.join(' | ')} |`,
    `| --- | --- | ${roleNames.map(() => ':---:').join(' | ')} |`,
    ...permissionNames.map(
      (name) => `| \`${name}\` | ${permissions[name].en} | ${roleNames.map((role) => mark(role, name)).join(' | ')} |`,
    ),
    '',
    'Without `personal:read`, names, addresses, e-mail addresses and phone numbers come masked, with `masked: true` beside them,',
    'and nothing is found by them. The role `customer` sees the orders of its own customer only.',
  ];
  return `${lines.join('\n')}\n`;
}
