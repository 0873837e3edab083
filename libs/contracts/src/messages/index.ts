import { analyticsMessages } from './analytics.js';
import { customerMessages } from './customer.js';
import { fieldMessages } from './fields.js';
import { genericMessages } from './generic.js';
import { importMessages } from './imports.js';
import { inventoryMessages } from './inventory.js';
import { inventorySupplyMessages } from './inventory-supply.js';
import { logisticsMessages } from './logistics.js';
import type { Locale, Message } from './message.js';
import { notificationMessages } from './notification.js';
import { orderMessages } from './order.js';
import { orderChangeMessages } from './order-changes.js';
import { orderDeskMessages } from './order-desk.js';

export { defineMessages, type Locale, locales, type Message } from './message.js';

const all = {
  ...genericMessages,
  ...fieldMessages,
  ...orderMessages,
  ...orderDeskMessages,
  ...orderChangeMessages,
  ...inventoryMessages,
  ...inventorySupplyMessages,
  ...logisticsMessages,
  ...customerMessages,
  ...notificationMessages,
  ...analyticsMessages,
  ...importMessages,
};

/** A stable code for a refusal or a problem. */
export type RefusalCode = keyof typeof all;

/** The one catalogue of every code, in both languages. */
export const messages: Readonly<Record<RefusalCode, Message>> = all;

/** The areas the catalogue is made of, to check that no code is defined twice. */
export const messageAreas: readonly Record<string, Message>[] = [
  genericMessages,
  fieldMessages,
  orderMessages,
  orderDeskMessages,
  orderChangeMessages,
  inventoryMessages,
  inventorySupplyMessages,
  logisticsMessages,
  customerMessages,
  notificationMessages,
  analyticsMessages,
  importMessages,
];

/** True when `code` is in the catalogue. */
export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(all, code);

/**
 * The sentence for a code in the reader's language, `{name}` replaced by the details. A detail that is missing
 * shows as `?`, never as an error: a message about a problem must not become one.
 */
export function text(code: RefusalCode, locale: Locale, details: Readonly<Record<string, unknown>> = {}): string {
  return messages[code][locale].replace(/\{(\w+)\}/g, (_, name: string) => show(details[name], locale));
}

const show = (value: unknown, locale: Locale): string => {
  if (value === undefined || value === null) return '?';
  if (Array.isArray(value)) return value.map((item) => show(item, locale)).join(locale === 'zh-CN' ? '、' : ', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
