import { defineMessages } from './message.js';

/** Codes of the inventory service. */
export const inventoryMessages = defineMessages({
  PRODUCT_NOT_FOUND: { status: 404, en: 'There is no product {sku}.', 'zh-CN': '没有商品 {sku}。' },
  PRODUCT_EXISTS: { status: 409, en: 'The product {sku} exists already.', 'zh-CN': '商品 {sku} 已存在。' },
  PRODUCT_DISCONTINUED: {
    status: 422,
    en: 'The product {sku} is discontinued.',
    'zh-CN': '商品 {sku} 已停售。',
  },
  LOCATION_NOT_FOUND: { status: 404, en: 'There is no location {location}.', 'zh-CN': '没有库位 {location}。' },
  STOCK_SHORT: {
    status: 409,
    en: 'Only {available} of {sku} are available at {location}.',
    'zh-CN': '{location} 的 {sku} 可用数量仅为 {available}。',
  },
  STOCK_WOULD_BE_NEGATIVE: {
    status: 409,
    en: 'This would leave fewer units of {sku} at {location} than are reserved ({reserved}) or on hand.',
    'zh-CN': '此操作会使 {location} 的 {sku} 少于已预留数量（{reserved}）或在库数量。',
  },
  RESERVATION_NOT_FOUND: {
    status: 404,
    en: 'There is no reservation {reservationId}.',
    'zh-CN': '没有预留 {reservationId}。',
  },
  SUPPLIER_NOT_FOUND: { status: 404, en: 'There is no supplier {supplierId}.', 'zh-CN': '没有供应商 {supplierId}。' },
  SUPPLIER_EXISTS: {
    status: 409,
    en: 'The supplier {supplierId} exists already.',
    'zh-CN': '供应商 {supplierId} 已存在。',
  },
  RESERVATION_RELEASED: {
    status: 409,
    en: 'The reservation {reservationId} was released; its units may belong to another order by now.',
    'zh-CN': '预留 {reservationId} 已释放，其库存可能已属于其他订单。',
  },
  RESERVATION_EXCEEDED: {
    status: 409,
    en: 'The reservation {reservationId} holds {reserved} units, {quantity} cannot be taken from it.',
    'zh-CN': '预留 {reservationId} 仅有 {reserved} 件，无法取用 {quantity} 件。',
  },
  SOURCING_NOT_FOUND: {
    status: 404,
    en: 'No stock has been assigned to order {orderId} yet.',
    'zh-CN': '订单 {orderId} 尚未分配库存。',
  },
  SOURCING_CANCELLED: {
    status: 409,
    en: 'Order {orderId} needs no more stock.',
    'zh-CN': '订单 {orderId} 已不再需要库存。',
  },
  SOURCED_FROM_ONE_LOCATION: {
    status: 200,
    en: 'All {requested} units come from {location}, which had the most available.',
    'zh-CN': '全部 {requested} 件由可用库存最多的 {location} 发出。',
  },
  SOURCED_FROM_SEVERAL_LOCATIONS: {
    status: 200,
    en: 'No location had all {requested} units; they come from several, those with the most first.',
    'zh-CN': '没有任何库位能满足全部 {requested} 件，因此由多个库位发出，库存多者优先。',
  },
  SOURCED_IN_PART: {
    status: 200,
    en: 'Only {allocated} of {requested} units were available; {backordered} wait for goods to arrive.',
    'zh-CN': '{requested} 件中仅有 {allocated} 件可用，{backordered} 件等待到货。',
  },
  NOTHING_AVAILABLE: {
    status: 200,
    en: 'No location had any available; all {requested} units wait for goods to arrive.',
    'zh-CN': '所有库位均无可用库存，{requested} 件全部等待到货。',
  },
});
