import { defineMessages } from './message.js';

/** Codes of CSV imports: of the whole file (4xx), and of single rows (in the rejections list). */
export const importMessages = defineMessages({
  IMPORT_NOT_FOUND: { status: 404, en: 'There is no import {importId}.', 'zh-CN': '没有导入任务 {importId}。' },
  IMPORT_KIND_UNKNOWN: {
    status: 422,
    en: 'kind must be one of: {allowed}.',
    'zh-CN': 'kind 必须是以下之一：{allowed}。',
  },
  IMPORT_EMPTY: { status: 422, en: 'The file has no rows.', 'zh-CN': '文件没有数据行。' },
  IMPORT_MAPPING_INVALID: {
    status: 422,
    en: 'mapping must be a JSON object from your headers to our columns ({allowed}).',
    'zh-CN': 'mapping 必须是从您的表头到系统列名（{allowed}）的 JSON 对象。',
  },
  IMPORT_FAILED: { status: 500, en: 'The import stopped: {reason}', 'zh-CN': '导入中止：{reason}' },
  CSV_COLUMNS_MISSING: {
    status: 422,
    en: 'The file has no column for: {missing}. Found: {found}.',
    'zh-CN': '文件缺少以下列：{missing}。现有列：{found}。',
  },
  CSV_COLUMN_AMBIGUOUS: {
    status: 422,
    en: 'More than one column could be {column}: {found}. Use mapping to choose.',
    'zh-CN': '有多列都可能是 {column}：{found}。请用 mapping 指定。',
  },
  CSV_ROW_BROKEN: {
    status: 422,
    en: 'The row cannot be read: {reason}.',
    'zh-CN': '该行无法读取：{reason}。',
  },
  CSV_COLUMN_COUNT: {
    status: 422,
    en: 'The row has {found} columns, the header has {expected}.',
    'zh-CN': '该行有 {found} 列，而表头有 {expected} 列。',
  },
  CSV_VALUE_MISSING: { status: 422, en: '{column} is empty.', 'zh-CN': '{column} 为空。' },
  CSV_VALUE_TOO_LONG: {
    status: 422,
    en: '{column} has more than {max} characters.',
    'zh-CN': '{column} 超过 {max} 个字符。',
  },
  CSV_NUMBER_INVALID: {
    status: 422,
    en: '{column}: "{value}" is not a number.',
    'zh-CN': '{column}：“{value}”不是数字。',
  },
  CSV_INTEGER_INVALID: {
    status: 422,
    en: '{column}: "{value}" is not a whole number.',
    'zh-CN': '{column}：“{value}”不是整数。',
  },
  CSV_MONEY_INVALID: {
    status: 422,
    en: '{column}: "{value}" is not an amount of money.',
    'zh-CN': '{column}：“{value}”不是金额。',
  },
  CSV_MONEY_TOO_PRECISE: {
    status: 422,
    en: '{column}: "{value}" has more decimals than {currency} allows.',
    'zh-CN': '{column}：“{value}”的小数位数超过 {currency} 允许的位数。',
  },
  CSV_DATE_INVALID: {
    status: 422,
    en: '{column}: "{value}" is not a date.',
    'zh-CN': '{column}：“{value}”不是日期。',
  },
  CSV_DATE_AMBIGUOUS: {
    status: 422,
    en: '{column}: "{value}" could be read in two ways; say which with dateFormat.',
    'zh-CN': '{column}：“{value}”有两种读法，请用 dateFormat 指定。',
  },
  CSV_BOOLEAN_INVALID: {
    status: 422,
    en: '{column}: "{value}" is neither yes nor no.',
    'zh-CN': '{column}：“{value}”既不是“是”也不是“否”。',
  },
  CSV_VALUE_INVALID: {
    status: 422,
    en: '{column}: "{value}" is not valid.',
    'zh-CN': '{column}：“{value}”无效。',
  },
  CSV_GROUP_INCONSISTENT: {
    status: 422,
    en: '{column} differs between the rows of {group}.',
    'zh-CN': '{group} 的各行中 {column} 不一致。',
  },
  CSV_GROUP_REJECTED: {
    status: 422,
    en: 'Another row of {group} was rejected, so the whole of it was.',
    'zh-CN': '{group} 的另一行被拒绝，因此整体被拒绝。',
  },
  CSV_GROUP_TOO_LARGE: {
    status: 422,
    en: '{group} has more than {max} rows.',
    'zh-CN': '{group} 的行数超过 {max}。',
  },
});
