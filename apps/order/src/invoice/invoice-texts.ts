import type { Locale } from '@orderloom/contracts';

/** Words on invoices and credit notes. */
const TEXTS = {
  invoice: { en: 'Invoice', 'zh-CN': '发票' },
  credit_note: { en: 'Credit note', 'zh-CN': '贷项通知单' },
  number: { en: 'Number', 'zh-CN': '编号' },
  date: { en: 'Date', 'zh-CN': '日期' },
  order: { en: 'Order', 'zh-CN': '订单' },
  for: { en: 'For', 'zh-CN': '致' },
  corrects: { en: 'Corrects invoice', 'zh-CN': '冲减发票' },
  item: { en: 'Item', 'zh-CN': '商品' },
  quantity: { en: 'Qty', 'zh-CN': '数量' },
  price: { en: 'Price', 'zh-CN': '单价' },
  amount: { en: 'Amount', 'zh-CN': '金额' },
  discount: { en: 'Discount', 'zh-CN': '折扣' },
  shipping: { en: 'Shipping', 'zh-CN': '运费' },
  credited: { en: 'Credited before', 'zh-CN': '此前已冲减' },
  adjustment: { en: 'Adjustment', 'zh-CN': '调整' },
  net: { en: 'Net', 'zh-CN': '不含税金额' },
  tax: { en: 'Tax', 'zh-CN': '税额' },
  taxIncluded: { en: 'Tax included', 'zh-CN': '已含税额' },
  total: { en: 'Total', 'zh-CN': '合计' },
} as const satisfies Record<string, Record<Locale, string>>;

export type InvoiceWord = keyof typeof TEXTS;

/** A word in the reader's language. */
export const word = (name: InvoiceWord, locale: Locale): string => TEXTS[name][locale];
