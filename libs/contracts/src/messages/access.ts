import { defineMessages } from './message.js';

/** Codes about who may do what. */
export const accessMessages = defineMessages({
  PERMISSION_MISSING: {
    status: 403,
    en: 'This needs the permission {permission} ({what}). Roles that have it: {rolesWith}; yours: {roles}.',
    'zh-CN': '此操作需要权限 {permission}（{what}）。拥有该权限的角色：{rolesWith}；您的角色：{roles}。',
  },
  ADMIN_ONLY: {
    status: 403,
    en: 'This is for administrators (role admin); your roles: {roles}.',
    'zh-CN': '仅限管理员（角色 admin）使用；您的角色：{roles}。',
  },
  TOKEN_LIMITED: {
    status: 403,
    en: 'Your token is limited to some orders, and this answers for all of them.',
    'zh-CN': '您的令牌仅限部分订单，而此接口涉及全部订单。',
  },
  CHANNEL_NOT_ALLOWED: {
    status: 403,
    en: 'Your token is not for the channel {channel}, only for: {allowed}.',
    'zh-CN': '您的令牌不适用于渠道 {channel}，仅适用于：{allowed}。',
  },
  CUSTOMER_NOT_ALLOWED: {
    status: 403,
    en: 'Your token is for the customer {allowed} only.',
    'zh-CN': '您的令牌仅适用于客户 {allowed}。',
  },
  TOKEN_EXPIRED: { status: 401, en: 'The token has ended. Get a new one.', 'zh-CN': '令牌已过期，请重新获取。' },
  TOKEN_REVOKED: { status: 401, en: 'The token was taken back.', 'zh-CN': '令牌已被吊销。' },
  TOKEN_NOT_FOUND: { status: 404, en: 'There is no token {id}.', 'zh-CN': '没有令牌 {id}。' },
  ROLE_STANDS_ALONE: {
    status: 422,
    en: 'A token with the role customer has no other role.',
    'zh-CN': '带有角色 customer 的令牌不能有其他角色。',
  },
  ROLE_NOT_LIMITABLE: {
    status: 422,
    en: 'A token with the role admin cannot be limited to channels or a customer.',
    'zh-CN': '带有角色 admin 的令牌不能限定渠道或客户。',
  },
  VIEW_NOT_FOUND: { status: 404, en: 'There is no saved view {id}.', 'zh-CN': '没有已保存的视图 {id}。' },
  VIEW_NOT_YOURS: {
    status: 403,
    en: 'The view is {owner}’s; save it under another id.',
    'zh-CN': '该视图属于 {owner}，请另存为其他编号。',
  },
  VIEW_NAME_TAKEN: {
    status: 409,
    en: 'You have a view named {name} already.',
    'zh-CN': '您已有名为 {name} 的视图。',
  },
  EXPORT_NOT_FOUND: { status: 404, en: 'There is no export {id}.', 'zh-CN': '没有导出 {id}。' },
  EXPORT_NOT_READY: {
    status: 409,
    en: 'The export has no file: it is {status}.',
    'zh-CN': '导出没有文件：状态为 {status}。',
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    status: 503,
    en: 'The keys of the identity provider cannot be read: {reason}.',
    'zh-CN': '无法读取身份提供方的密钥：{reason}。',
  },
});
