import { findStoredEvent, isServiceName, type Locale } from '@orderloom/contracts';

/** What happened elsewhere, as people say it. */
const TEXTS: Readonly<Record<string, Readonly<Record<Locale, string>>>> = {
  SourcingDecided: { en: 'Stock looked for', 'zh-CN': '已寻源' },
  SourcingCancelled: { en: 'Stock no longer looked for', 'zh-CN': '寻源已取消' },
  FulfilmentCreated: { en: 'Taken in by the warehouse', 'zh-CN': '仓库已建履约单' },
  FulfilmentAccepted: { en: 'Accepted by the warehouse', 'zh-CN': '仓库已接单' },
  PickingStarted: { en: 'Picking started', 'zh-CN': '开始拣货' },
  PickingCompleted: { en: 'Picked', 'zh-CN': '拣货完成' },
  PackingStarted: { en: 'Packing started', 'zh-CN': '开始打包' },
  PackingCompleted: { en: 'Packed', 'zh-CN': '打包完成' },
  FulfilmentShipped: { en: 'Left the warehouse', 'zh-CN': '已出库' },
  ShipmentDispatched: { en: 'Handed to the carrier', 'zh-CN': '已交承运商' },
  ShipmentInTransit: { en: 'On its way', 'zh-CN': '运输中' },
  ShipmentOutForDelivery: { en: 'Out for delivery', 'zh-CN': '派送中' },
  ShipmentDelivered: { en: 'Delivered by the carrier', 'zh-CN': '承运商已送达' },
  NotificationQueued: { en: 'Notice written', 'zh-CN': '通知已生成' },
  NotificationSent: { en: 'Notice sent', 'zh-CN': '通知已发送' },
  NotificationFailed: { en: 'Notice not sent', 'zh-CN': '通知发送失败' },
  NotificationSuppressed: { en: 'Notice held back', 'zh-CN': '通知未发送' },
};

/** The sentence for an event of another service; its title in the catalogue where there is none. */
export const elsewhereText = (service: string, type: string, locale: Locale): string => {
  if (Object.hasOwn(TEXTS, type)) return TEXTS[type]?.[locale] ?? type;
  const definition = isServiceName(service) ? findStoredEvent(service, type) : undefined;
  return definition?.docs.title ?? type;
};
