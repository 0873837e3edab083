import type { OrderListItem } from '../order-list.js';

/** Names of the columns in both languages. */
const HEADERS = {
  number: { en: 'Number', 'zh-CN': '订单号' },
  id: { en: 'Id', 'zh-CN': '编号' },
  externalNumber: { en: 'External number', 'zh-CN': '外部单号' },
  channel: { en: 'Channel', 'zh-CN': '渠道' },
  status: { en: 'Status', 'zh-CN': '状态' },
  payment: { en: 'Payment', 'zh-CN': '付款' },
  fulfilment: { en: 'Fulfilment', 'zh-CN': '履约' },
  submittedAt: { en: 'Submitted', 'zh-CN': '提交时间' },
  customerId: { en: 'Customer id', 'zh-CN': '客户编号' },
  customerName: { en: 'Customer', 'zh-CN': '客户' },
  customerEmail: { en: 'E-mail', 'zh-CN': '电子邮件' },
  customerPhone: { en: 'Phone', 'zh-CN': '电话' },
  country: { en: 'Country', 'zh-CN': '国家' },
  currency: { en: 'Currency', 'zh-CN': '币种' },
  total: { en: 'Total', 'zh-CN': '总额' },
  due: { en: 'Due', 'zh-CN': '应付' },
  paid: { en: 'Paid', 'zh-CN': '已付' },
  paymentTerms: { en: 'Terms', 'zh-CN': '付款条件' },
  lines: { en: 'Lines', 'zh-CN': '行数' },
  units: { en: 'Units', 'zh-CN': '件数' },
  skus: { en: 'Products', 'zh-CN': '商品' },
  requiredBy: { en: 'Required by', 'zh-CN': '要求日期' },
  shippedAt: { en: 'Shipped', 'zh-CN': '发货时间' },
  deliveredAt: { en: 'Delivered', 'zh-CN': '送达时间' },
  completedAt: { en: 'Completed', 'zh-CN': '完成时间' },
  cancelledAt: { en: 'Cancelled', 'zh-CN': '取消时间' },
  waits: { en: 'Waits for', 'zh-CN': '等待' },
  dueAt: { en: 'Deadline', 'zh-CN': '时限' },
  tags: { en: 'Tags', 'zh-CN': '标签' },
  priority: { en: 'Priority', 'zh-CN': '优先级' },
  assignee: { en: 'Assignee', 'zh-CN': '负责人' },
} as const;

export type ListColumn = keyof typeof HEADERS;
export const LIST_COLUMNS = Object.keys(HEADERS) as ListColumn[];
/** Taken when nobody chooses. */
export const DEFAULT_COLUMNS: readonly ListColumn[] = LIST_COLUMNS.filter(
  (name) => !['id', 'customerEmail', 'customerPhone', 'tags', 'priority', 'assignee'].includes(name),
);

export const headerOf = (column: ListColumn, locale: 'en' | 'zh-CN'): string => HEADERS[column][locale];

const AMOUNTS = new Set<ListColumn>(['total', 'due', 'paid']);
const digits = new Map<string, number>();

/** Digits behind the point of a currency's amounts. */
const digitsOf = (currency: string): number => {
  let known = digits.get(currency);
  if (known === undefined) {
    known = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, known);
  }
  return known;
};

/** An amount as spreadsheets have it: with its decimals, exact. */
const decimal = (amount: number, currency: string): string => {
  const places = digitsOf(currency);
  const text = String(Math.abs(amount)).padStart(places + 1, '0');
  const whole = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  return amount < 0 ? `-${whole}` : whole;
};

/** One cell: text, or a number where it is one. */
export const cellOf = (row: OrderListItem, column: ListColumn): string | number | null => {
  switch (column) {
    case 'customerName':
      return row.customer?.name ?? row.customer?.company ?? null;
    case 'customerEmail':
      return row.customer?.email ?? null;
    case 'customerPhone':
      return row.customer?.phone ?? null;
    case 'waits':
      return row.waits.map(({ state }) => state).join(' ') || null;
    default: {
      const value: unknown = Reflect.get(row, column);
      if (AMOUNTS.has(column) && typeof value === 'number') return Number(decimal(value, row.currency));
      if (Array.isArray(value)) return value.join(' ') || null;
      return typeof value === 'string' || typeof value === 'number' ? value : null;
    }
  }
};

/** A cell in a CSV file. Text that a spreadsheet would take for a formula is marked as text (CWE-1236). */
export const csvCell = (row: OrderListItem, column: ListColumn): string => {
  if (AMOUNTS.has(column)) {
    const value: unknown = Reflect.get(row, column);
    return typeof value === 'number' ? decimal(value, row.currency) : '';
  }
  const value = cellOf(row, column);
  if (value === null) return '';
  const text = String(value);
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
};
