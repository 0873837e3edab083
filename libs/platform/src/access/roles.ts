import { type Permission, permissionNames } from './permissions.js';

const LOOKING = ['orders:read', 'products:read', 'stock:read', 'fulfilments:read', 'shipments:read'] as const;
const PEOPLE = ['customers:read', 'personal:read', 'notices:read', 'returns:read'] as const;

/** What each role may do. A person has the permissions of all their roles. */
const table = {
  desk_clerk: [
    ...LOOKING,
    ...PEOPLE,
    'orders:place',
    'orders:edit',
    'orders:handle',
    'orders:cancel',
    'orders:export',
    'customers:edit',
    'policies:read',
    'imports:read',
    'imports:run',
    'events:read',
  ],
  reviewer: [
    ...LOOKING,
    ...PEOPLE,
    'orders:edit',
    'orders:handle',
    'orders:cancel',
    'orders:review',
    'orders:export',
    'policies:read',
    'views:share',
    'events:read',
  ],
  finance: [
    ...LOOKING,
    'customers:read',
    'purchases:read',
    'returns:read',
    'orders:review',
    'orders:export',
    'payments:read',
    'payments:manage',
    'payments:refund',
    'analytics:read',
    'policies:read',
    'views:share',
    'events:read',
  ],
  warehouse: [
    ...LOOKING,
    'personal:read',
    'suppliers:read',
    'purchases:read',
    'purchases:edit',
    'stock:edit',
    'fulfilments:work',
    'returns:read',
    'returns:work',
    'events:read',
  ],
  logistics: [
    ...LOOKING,
    'personal:read',
    'purchases:read',
    'purchases:edit',
    'fulfilments:work',
    'shipments:work',
    'sourcing:decide',
    'returns:read',
    'policies:read',
    'events:read',
  ],
  after_sales: [
    ...LOOKING,
    ...PEOPLE,
    'orders:edit',
    'orders:handle',
    'returns:work',
    'returns:decide',
    'payments:refund',
    'notices:manage',
    'personal:export',
    'views:share',
    'events:read',
  ],
  analyst: [
    ...LOOKING,
    'customers:read',
    'suppliers:read',
    'purchases:read',
    'returns:read',
    'analytics:read',
    'orders:export',
    'policies:read',
    'events:read',
  ],
  customer: ['orders:read', 'orders:place', 'orders:edit', 'orders:cancel', 'personal:read', 'products:read'],
  admin: permissionNames,
} satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof table;
export const roleNames = Object.keys(table) as Role[];
export const isRole = (name: unknown): name is Role => typeof name === 'string' && Object.hasOwn(table, name);

export const permissionsOfRole = (role: Role): readonly Permission[] => table[role];

/** The roles that may do something, for refusals and documents. */
export const rolesWith = (permission: Permission): Role[] =>
  roleNames.filter((role) => permissionsOfRole(role).includes(permission));
