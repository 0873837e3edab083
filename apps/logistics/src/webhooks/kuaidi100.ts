import type { TrackStatus } from '../shipment/track.js';

/**
 * Status values of 快递100 (basic and advanced, `resultv2` 4 and 6) and what they mean here. Source: its public table
 * 运单快递状态说明 (api.kuaidi100.com, 实时快递查询接口).
 */
export const kuaidi100Statuses: Readonly<Record<string, TrackStatus>> = {
  '0': 'IN_TRANSIT', // 在途
  '1001': 'IN_TRANSIT', // 到达派件城市
  '1002': 'IN_TRANSIT', // 干线
  '1003': 'IN_TRANSIT', // 转递
  '1': 'IN_TRANSIT', // 揽收
  '101': 'ANNOUNCED', // 已下单
  '102': 'ANNOUNCED', // 待揽收
  '103': 'IN_TRANSIT', // 已揽收
  '2': 'CARRIER_PROBLEM', // 疑难
  '201': 'DELAYED', // 超时未签收
  '202': 'DELAYED', // 超时未更新
  '203': 'REFUSED', // 拒收，待发货方确认
  '204': 'DELIVERY_FAILED', // 派件异常
  '205': 'NOT_REACHED', // 柜或驿站超时未取
  '206': 'NOT_REACHED', // 无法联系
  '207': 'ADDRESS_UNKNOWN', // 超区
  '208': 'DELAYED', // 滞留
  '209': 'DAMAGED', // 破损
  '210': 'RETURNING', // 销单
  '3': 'DELIVERED', // 签收
  '301': 'DELIVERED', // 本人签收
  '302': 'DELIVERED', // 派件异常后签收
  '303': 'DELIVERED', // 代签
  '304': 'DELIVERED', // 投柜或站签收
  '4': 'RETURNED_TO_SENDER', // 退签
  '401': 'RETURNED_TO_SENDER', // 已销单
  '5': 'OUT_FOR_DELIVERY', // 派件
  '501': 'OUT_FOR_DELIVERY', // 投柜或驿站
  '6': 'RETURNING', // 退回
  '7': 'IN_TRANSIT', // 转投
  '8': 'IN_TRANSIT', // 清关
  '10': 'IN_TRANSIT', // 待清关
  '11': 'IN_TRANSIT', // 清关中
  '12': 'IN_TRANSIT', // 已清关
  '13': 'CUSTOMS', // 清关异常
  '14': 'REFUSED', // 拒签
};

/** What an unknown value is taken for: something happened on the way. */
export const kuaidi100Status = (code: string): TrackStatus =>
  Object.hasOwn(kuaidi100Statuses, code) ? (kuaidi100Statuses[code] as TrackStatus) : 'IN_TRANSIT';
