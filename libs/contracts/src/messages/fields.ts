import { defineMessages } from './message.js';

/** Codes for single fields of a request; they come in the `fields` of VALIDATION_FAILED. */
export const fieldMessages = defineMessages({
  REQUIRED: { status: 422, en: 'This is required.', 'zh-CN': '此项必填。' },
  INVALID: { status: 422, en: 'This is not valid.', 'zh-CN': '此项无效。' },
  UNKNOWN_FIELD: { status: 422, en: 'This field is not known here.', 'zh-CN': '此处没有该字段。' },
  NOT_A_STRING: { status: 422, en: 'This must be text.', 'zh-CN': '此项必须是文本。' },
  NOT_A_NUMBER: { status: 422, en: 'This must be a number.', 'zh-CN': '此项必须是数字。' },
  NOT_AN_INTEGER: { status: 422, en: 'This must be a whole number.', 'zh-CN': '此项必须是整数。' },
  NOT_A_BOOLEAN: { status: 422, en: 'This must be true or false.', 'zh-CN': '此项必须是 true 或 false。' },
  NOT_AN_OBJECT: { status: 422, en: 'This must be an object.', 'zh-CN': '此项必须是对象。' },
  NOT_A_LIST: { status: 422, en: 'This must be a list.', 'zh-CN': '此项必须是列表。' },
  NOT_A_UUID: { status: 422, en: 'This must be a UUID.', 'zh-CN': '此项必须是 UUID。' },
  NOT_A_TIME: {
    status: 422,
    en: 'This must be a date or time in ISO 8601, for example 2026-03-01T09:30:00Z.',
    'zh-CN': '此项必须是 ISO 8601 日期或时间，例如 2026-03-01T09:30:00Z。',
  },
  NOT_AN_EMAIL: { status: 422, en: 'This must be an e-mail address.', 'zh-CN': '此项必须是电子邮件地址。' },
  NOT_A_COUNTRY: {
    status: 422,
    en: 'This must be a two-letter country code (ISO 3166-1), for example DE.',
    'zh-CN': '此项必须是两位国家代码（ISO 3166-1），例如 CN。',
  },
  NOT_A_CURRENCY: {
    status: 422,
    en: 'This must be a three-letter currency code (ISO 4217), for example EUR.',
    'zh-CN': '此项必须是三位货币代码（ISO 4217），例如 CNY。',
  },
  NOT_ONE_OF: { status: 422, en: 'This must be one of: {allowed}.', 'zh-CN': '此项必须是以下之一：{allowed}。' },
  TOO_SHORT: {
    status: 422,
    en: 'This needs at least {min} characters.',
    'zh-CN': '此项至少需要 {min} 个字符。',
  },
  TOO_LONG: { status: 422, en: 'This may have at most {max} characters.', 'zh-CN': '此项最多 {max} 个字符。' },
  TOO_SMALL: { status: 422, en: 'This must be at least {min}.', 'zh-CN': '此项不得小于 {min}。' },
  TOO_BIG: { status: 422, en: 'This must be at most {max}.', 'zh-CN': '此项不得大于 {max}。' },
  TOO_FEW: { status: 422, en: 'This needs at least {min} entries.', 'zh-CN': '此项至少需要 {min} 条。' },
  TOO_MANY: { status: 422, en: 'This may have at most {max} entries.', 'zh-CN': '此项最多 {max} 条。' },
  PATTERN_MISMATCH: { status: 422, en: 'This does not have the required form.', 'zh-CN': '此项格式不符合要求。' },
});
