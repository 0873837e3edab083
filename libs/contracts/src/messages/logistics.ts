import { defineMessages } from './message.js';

/** Codes of the logistics service. */
export const logisticsMessages = defineMessages({
  FULFILMENT_NOT_FOUND: {
    status: 404,
    en: 'There is no fulfilment order {fulfilmentId}.',
    'zh-CN': '没有履约单 {fulfilmentId}。',
  },
  SHIPMENT_NOT_FOUND: { status: 404, en: 'There is no shipment {shipmentId}.', 'zh-CN': '没有发货单 {shipmentId}。' },
  FULFILMENT_STEP_INVALID: {
    status: 409,
    en: 'The fulfilment order is {status}; {step} is not possible now.',
    'zh-CN': '履约单当前状态为 {status}，不能执行 {step}。',
  },
  FULFILMENT_SHIPPED: { status: 409, en: 'The fulfilment order has already left.', 'zh-CN': '履约单已发出。' },
  FULFILMENT_STARTED: {
    status: 409,
    en: 'Work on the fulfilment order has begun ({status}); it can no longer be split or merged.',
    'zh-CN': '履约单已开始作业（{status}），不能再拆分或合并。',
  },
  FULFILMENT_REGROUPED: {
    status: 409,
    en: 'The fulfilment order is split or merged already.',
    'zh-CN': '履约单已被拆分或合并。',
  },
  SPLIT_INCOMPLETE: {
    status: 422,
    en: 'The parts must hold exactly what is to be sent, in at least two parcels.',
    'zh-CN': '拆分后的各部分必须恰好等于应发数量，且至少两个包裹。',
  },
  MERGE_NOT_SAME: {
    status: 409,
    en: 'Only orders of the same customer, address and location go out in one parcel; {field} differs.',
    'zh-CN': '只有同一客户、同一地址、同一仓库的订单才能合并发货；{field} 不同。',
  },
  FULFILMENT_CANCELLED: { status: 409, en: 'The fulfilment order is cancelled.', 'zh-CN': '履约单已取消。' },
  PICKED_QUANTITY_INVALID: {
    status: 422,
    en: 'Line {lineId} has {expected} units to pick.',
    'zh-CN': '第 {lineId} 行应拣 {expected} 件。',
  },
  PARCELS_INCOMPLETE: {
    status: 422,
    en: 'The parcels do not hold exactly what was picked.',
    'zh-CN': '包裹内容与已拣数量不一致。',
  },
  CARRIER_UNKNOWN: { status: 422, en: 'There is no carrier {carrier}.', 'zh-CN': '没有承运商 {carrier}。' },
  SHIPMENT_STEP_INVALID: {
    status: 409,
    en: 'The shipment is {status}; {step} is not possible now.',
    'zh-CN': '发货单当前状态为 {status}，不能执行 {step}。',
  },
  SIMULATION_SPEED_INVALID: {
    status: 422,
    en: 'The speed must be a number from {min} to {max}.',
    'zh-CN': '速度必须是 {min} 到 {max} 之间的数字。',
  },
});
