import { defineMessages } from './message.js';

/** Codes of channels, drafts, facts and settings of the order service. */
export const orderIntakeMessages = defineMessages({
  SETTING_NOT_FOUND: { status: 404, en: 'There is no {name}.', 'zh-CN': '没有 {name}。' },
  CHANNEL_NOT_FOUND: {
    status: 404,
    en: 'There is no channel {channel}. Set it up first.',
    'zh-CN': '没有渠道 {channel}，请先配置。',
  },
  CHANNEL_CLOSED: {
    status: 409,
    en: 'The channel {channel} takes no orders now.',
    'zh-CN': '渠道 {channel} 当前不接收订单。',
  },
  ADAPTER_NOT_FOUND: { status: 422, en: 'There is no adapter {adapter}.', 'zh-CN': '没有适配器 {adapter}。' },
  ADAPTER_IN_USE: {
    status: 409,
    en: 'The channels {channels} are read with this adapter.',
    'zh-CN': '渠道 {channels} 正在使用该适配器。',
  },
  CHANNEL_TOTAL_MISMATCH: {
    status: 422,
    en: 'The channel says {total}, but lines and delivery come to {sum} (minor units).',
    'zh-CN': '渠道总额为 {total}，而商品与运费合计 {sum}（最小货币单位）。',
  },
  CHANNEL_CONTENT_CHANGED: {
    status: 409,
    en: 'The channel sends other content for order {number} than it was placed with.',
    'zh-CN': '渠道发送的内容与订单 {number} 下单时不同。',
  },
  CHANNEL_NEWS_NOT_FOUND: { status: 404, en: 'There is no news {newsId}.', 'zh-CN': '没有渠道消息 {newsId}。' },
  NUMBER_TAKEN: {
    status: 409,
    en: 'The number of this order could not be kept for it. Try again.',
    'zh-CN': '未能为该订单保留单号，请重试。',
  },
  CUSTOM_FIELD_UNKNOWN: {
    status: 422,
    en: 'There is no field {key}. Define it first.',
    'zh-CN': '没有自定义字段 {key}，请先定义。',
  },
  CUSTOM_FIELD_REQUIRED: { status: 422, en: 'The field {key} is required.', 'zh-CN': '自定义字段 {key} 必填。' },
  CUSTOM_FIELD_INVALID: {
    status: 422,
    en: 'The field {key} must be of type {type}.',
    'zh-CN': '自定义字段 {key} 的类型必须是 {type}。',
  },
  CUSTOM_FIELD_TYPE_FIXED: {
    status: 409,
    en: 'The type of a field cannot be changed: orders already have values of it.',
    'zh-CN': '字段类型不可更改：已有订单使用该字段。',
  },
  NOT_A_LINK: { status: 422, en: 'This must be a link (https).', 'zh-CN': '此项必须是链接（https）。' },
  ATTACHMENT_NOT_FOUND: {
    status: 404,
    en: 'There is no attachment {attachmentId}.',
    'zh-CN': '没有附件 {attachmentId}。',
  },
  COMPLAINT_NOT_FOUND: {
    status: 404,
    en: 'There is no complaint {complaintId}.',
    'zh-CN': '没有投诉 {complaintId}。',
  },
  COMPLAINT_RESOLVED: { status: 409, en: 'The complaint is resolved already.', 'zh-CN': '投诉已处理完毕。' },
  DRAFT_NOT_FOUND: { status: 404, en: 'There is no draft {draftId}.', 'zh-CN': '没有草稿 {draftId}。' },
  DRAFT_SUBMITTED: { status: 409, en: 'The draft has become an order.', 'zh-CN': '草稿已转为订单。' },
  DRAFT_DISCARDED: { status: 409, en: 'The draft was discarded.', 'zh-CN': '草稿已作废。' },
  DRAFT_EXPIRED: { status: 409, en: 'The draft has expired.', 'zh-CN': '草稿已过期。' },
  DRAFT_NOT_DUE: { status: 409, en: 'The draft has not expired yet.', 'zh-CN': '草稿尚未过期。' },
  DRAFT_INCOMPLETE: {
    status: 422,
    en: 'Something is still missing. Every problem is listed.',
    'zh-CN': '草稿尚不完整，所有问题已列出。',
  },
  QUOTE_NOT_FOUND: { status: 404, en: 'There is no such quote.', 'zh-CN': '没有该报价。' },
  QUOTE_CHANGED: {
    status: 409,
    en: 'The offer was changed after this link was made. Ask for the new one.',
    'zh-CN': '该链接生成后报价已变更，请获取新的报价。',
  },
  IMPORT_ALREADY_RELEASED: {
    status: 409,
    en: 'Of this import, {count} orders were released to a warehouse or sent; it cannot be undone any more.',
    'zh-CN': '该导入中已有 {count} 个订单下发仓库或发货，无法撤销。',
  },
  IMPORT_NOT_UNDONE: { status: 404, en: 'This import was not undone.', 'zh-CN': '该导入未撤销。' },
  IMPORT_NOT_FINISHED: {
    status: 409,
    en: 'The import is still running.',
    'zh-CN': '导入仍在进行。',
  },
});
