import { defineMessages } from './message.js';

/** Codes that any service may answer with. */
export const genericMessages = defineMessages({
  VALIDATION_FAILED: { status: 422, en: 'Some fields are not right.', 'zh-CN': '部分字段有误。' },
  NOT_FOUND: { status: 404, en: 'There is nothing at this address.', 'zh-CN': '此地址下没有内容。' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    en: 'This address does not accept {method}.',
    'zh-CN': '此地址不接受 {method} 请求。',
  },
  UNAUTHENTICATED: {
    status: 401,
    en: 'Send a valid token: Authorization: Bearer <token>.',
    'zh-CN': '请提供有效令牌：Authorization: Bearer <token>。',
  },
  FORBIDDEN: { status: 403, en: 'You may not do this.', 'zh-CN': '您无权执行此操作。' },
  REVISION_CONFLICT: {
    status: 412,
    en: 'It was changed by someone else since you read it. Read it again and repeat your change.',
    'zh-CN': '在您读取之后，该内容已被他人修改。请重新读取后再试。',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    en: 'This Idempotency-Key was already used for a different request.',
    'zh-CN': '此 Idempotency-Key 已用于另一个不同的请求。',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    en: 'Idempotency-Key must have 1 to 200 printable ASCII characters.',
    'zh-CN': 'Idempotency-Key 必须是 1 到 200 个可打印的 ASCII 字符。',
  },
  IF_MATCH_INVALID: {
    status: 400,
    en: 'If-Match must be an ETag that this service gave out, for example "5".',
    'zh-CN': 'If-Match 必须是本服务返回的 ETag，例如 "5"。',
  },
  DRY_RUN_UNSUPPORTED: {
    status: 400,
    en: 'This cannot be tried out with dryRun. Nothing was done.',
    'zh-CN': '此操作不支持 dryRun 试运行，未执行任何操作。',
  },
  CURSOR_INVALID: {
    status: 400,
    en: 'This cursor was not given out by this list, or for another order of sorting.',
    'zh-CN': '该游标不是由此列表以当前排序方式返回的。',
  },
  CONFLICT: {
    status: 409,
    en: 'This contradicts what is already there.',
    'zh-CN': '这与已有内容相冲突。',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    en: 'The request is larger than allowed.',
    'zh-CN': '请求内容超过允许的大小。',
  },
  URI_TOO_LONG: { status: 414, en: 'The address is too long.', 'zh-CN': '请求地址过长。' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    en: 'The Content-Type {contentType} is not understood here.',
    'zh-CN': '此处不支持 Content-Type {contentType}。',
  },
  MALFORMED_JSON: { status: 400, en: 'The body is not valid JSON.', 'zh-CN': '请求正文不是有效的 JSON。' },
  BAD_REQUEST: { status: 400, en: 'The request could not be understood.', 'zh-CN': '无法理解该请求。' },
  REQUEST_TIMEOUT: { status: 408, en: 'The request took too long to arrive.', 'zh-CN': '请求到达超时。' },
  TOO_MANY_REQUESTS: { status: 429, en: 'Too many requests. Try again later.', 'zh-CN': '请求过多，请稍后重试。' },
  TOO_STALE: {
    status: 503,
    en: 'This view has not caught up with revision {revision} yet. Try again shortly.',
    'zh-CN': '该视图尚未更新到修订 {revision}，请稍后重试。',
  },
  UNAVAILABLE: {
    status: 503,
    en: 'The service cannot answer right now. Nothing was lost; try again shortly.',
    'zh-CN': '服务暂时无法响应。没有数据丢失，请稍后重试。',
  },
  SHUTTING_DOWN: {
    status: 503,
    en: 'The service is stopping. Try again shortly.',
    'zh-CN': '服务正在停止，请稍后重试。',
  },
  INTERNAL: {
    status: 500,
    en: 'Something went wrong on our side. The correlation id helps to find it.',
    'zh-CN': '系统内部出错，可凭关联编号查找原因。',
  },
  PERSONAL_DATA_ERASED: {
    status: 410,
    en: 'The personal data of this customer was erased.',
    'zh-CN': '该客户的个人数据已被删除。',
  },
});
