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
  FULFILMENT_REJECTED: {
    status: 409,
    en: 'The location rejected the fulfilment order.',
    'zh-CN': '该履约单已被仓库拒绝。',
  },
  FULFILMENT_SHORT: {
    status: 409,
    en: 'None of the fulfilment order was found; its units have another source.',
    'zh-CN': '该履约单未拣到任何商品，已重新寻源。',
  },
  SCANNED_ITEM_UNKNOWN: {
    status: 422,
    en: 'Nobody knows the code {code}.',
    'zh-CN': '无法识别条码 {code}。',
  },
  SCANNED_ITEM_WRONG: {
    status: 409,
    en: '{code} is {sku}, which is not part of this fulfilment order. Expected: {expected}.',
    'zh-CN': '{code} 为 {sku}，不属于此履约单。应为：{expected}。',
  },
  SCANNED_TOO_MANY: {
    status: 409,
    en: '{quantity} of {sku} were scanned, {left} are left.',
    'zh-CN': '{sku} 扫描了 {quantity} 件，仅剩 {left} 件。',
  },
  PACKING_PLAN_TOO_LARGE: {
    status: 422,
    en: 'A carton plan is made for at most {most} units; this is {units}.',
    'zh-CN': '装箱方案最多支持 {most} 件，当前为 {units} 件。',
  },
  CARRIER_NONE: {
    status: 422,
    en: 'No carrier takes this to {country}.',
    'zh-CN': '没有承运商可送达 {country}。',
  },
  CARRIER_UNREACHABLE: {
    status: 503,
    en: 'The carrier {carrier} does not answer: {why}.',
    'zh-CN': '承运商 {carrier} 无响应：{why}。',
  },
  CARRIER_URL_INSECURE: {
    status: 422,
    en: 'A carrier is reached over https; http only on this machine.',
    'zh-CN': '承运商地址须使用 https；http 仅限本机。',
  },
  CARRIER_DISABLED: {
    status: 409,
    en: 'The carrier is switched off.',
    'zh-CN': '该承运商已停用。',
  },
  CARRIER_NO_ZONE: {
    status: 409,
    en: 'The service does not go there.',
    'zh-CN': '该服务不覆盖目的地。',
  },
  CARRIER_OTHER_CURRENCY: {
    status: 409,
    en: 'Its rates are in another currency than the policy compares.',
    'zh-CN': '其运价币种与策略不同。',
  },
  CARRIER_NOT_FOR_BULKY: {
    status: 409,
    en: 'It is too bulky for this service.',
    'zh-CN': '货物过大，不适用此服务。',
  },
  CARRIER_ONLY_BULKY: {
    status: 409,
    en: 'The service is for bulky goods only.',
    'zh-CN': '该服务仅限大件。',
  },
  CARRIER_TOO_HEAVY: {
    status: 409,
    en: 'A parcel is too heavy for this service.',
    'zh-CN': '包裹超重。',
  },
  CARRIER_TOO_LARGE: {
    status: 409,
    en: 'A parcel is too long for this service.',
    'zh-CN': '包裹超长。',
  },
  CARRIER_TOO_LATE: {
    status: 409,
    en: 'It would come after the day it is needed.',
    'zh-CN': '无法在要求日期前送达。',
  },
  CARRIER_BOOKED_OVER_HTTP: {
    status: 409,
    en: 'The carrier is booked over HTTP, which is not done here.',
    'zh-CN': '该承运商需通过 HTTP 下单，此处不执行。',
  },
  CARRIER_CHEAPEST: {
    status: 200,
    en: 'The cheapest that is possible.',
    'zh-CN': '可选方案中最便宜。',
  },
  CARRIER_FASTEST: {
    status: 200,
    en: 'The fastest that is possible.',
    'zh-CN': '可选方案中最快。',
  },
  CARRIER_BEST_SCORE: {
    status: 200,
    en: 'The best by cost, promise and reliability.',
    'zh-CN': '综合成本、时效和可靠性最优。',
  },
  CARRIER_URGENT: {
    status: 200,
    en: 'Only an express service comes in time.',
    'zh-CN': '仅快递服务可按时送达。',
  },
  CARRIER_BULKY: {
    status: 200,
    en: 'Bulky goods go as freight.',
    'zh-CN': '大件走货运。',
  },
  CARRIER_ONLY_ONE: {
    status: 200,
    en: 'The only one that is possible.',
    'zh-CN': '唯一可选方案。',
  },
  CARRIER_GIVEN: {
    status: 200,
    en: 'A person chose it.',
    'zh-CN': '由人工指定。',
  },
  CARRIER_NEXT_BEST: {
    status: 200,
    en: 'The next best: a better one could not be booked.',
    'zh-CN': '次优方案：更优的承运商无法下单。',
  },
  WEBHOOK_SIGNATURE_INVALID: {
    status: 401,
    en: 'The signature is not right.',
    'zh-CN': '签名无效。',
  },
  TRACKING_NUMBER_UNKNOWN: {
    status: 404,
    en: 'These tracking numbers are not known (yet): {trackingNumbers}.',
    'zh-CN': '暂无这些运单号：{trackingNumbers}。',
  },
  EXCEPTION_NOT_FOUND: {
    status: 404,
    en: 'There is no exception {exceptionId}.',
    'zh-CN': '没有异常 {exceptionId}。',
  },
  EXCEPTION_CLOSED: {
    status: 409,
    en: 'The exception is closed: {outcome}.',
    'zh-CN': '该异常已关闭：{outcome}。',
  },
  EXCEPTION_ACTION_UNKNOWN: {
    status: 409,
    en: '{action} is not a step of its playbook. Possible: {allowed}.',
    'zh-CN': '{action} 不在预案步骤中。可选：{allowed}。',
  },
  REDELIVERY_DATE_MISSING: {
    status: 422,
    en: 'Say when it shall be delivered again.',
    'zh-CN': '请指定再次派送日期。',
  },
  SHIPMENT_DELIVERED: {
    status: 409,
    en: 'The shipment is {status}: nothing of it can be sent again or brought back.',
    'zh-CN': '发货单状态为 {status}，无法重发或退回。',
  },
  SHIPMENT_UNITS_EXCEEDED: {
    status: 422,
    en: 'Line {lineId}: {quantity} units more than are still expected.',
    'zh-CN': '第 {lineId} 行：超出待送达数量 {quantity} 件。',
  },
  CLAIM_OPEN: {
    status: 409,
    en: 'The claim {claimId} is still open.',
    'zh-CN': '索赔 {claimId} 尚未结案。',
  },
  CLAIM_NOT_FOUND: {
    status: 404,
    en: 'There is no claim {claimId}.',
    'zh-CN': '没有索赔 {claimId}。',
  },
  CLAIM_SETTLED: {
    status: 409,
    en: 'The claim {claimId} is settled: {outcome}.',
    'zh-CN': '索赔 {claimId} 已结案：{outcome}。',
  },
  CLAIM_AMOUNT_EXCEEDED: {
    status: 422,
    en: 'No more than {amount} was claimed.',
    'zh-CN': '赔付不得超过索赔金额 {amount}。',
  },
  LOGISTICS_DATA_KIND_UNKNOWN: {
    status: 404,
    en: 'There is no data of the kind {kind}. Known: {allowed}.',
    'zh-CN': '没有 {kind} 类数据。可选：{allowed}。',
  },
  LOGISTICS_DATA_NOT_FOUND: {
    status: 404,
    en: 'There is no {kind} {id}.',
    'zh-CN': '没有 {kind} {id}。',
  },
  TIME_ZONE_UNKNOWN: {
    status: 422,
    en: 'No such time zone, e.g. Asia/Shanghai.',
    'zh-CN': '没有此时区，例如 Asia/Shanghai。',
  },
  WAVE_NOT_FOUND: {
    status: 404,
    en: 'There is no wave {waveId}.',
    'zh-CN': '没有波次 {waveId}。',
  },
  WAVE_OVER: {
    status: 409,
    en: 'The wave is {status}.',
    'zh-CN': '波次状态为 {status}。',
  },
  WAVE_NOT_STARTED: {
    status: 409,
    en: 'The wave has not been started.',
    'zh-CN': '波次尚未开始。',
  },
  TOUR_NOT_FOUND: {
    status: 404,
    en: 'There is no tour {tourId}.',
    'zh-CN': '没有配送路线 {tourId}。',
  },
  TOUR_OVER: {
    status: 409,
    en: 'The tour is {status}.',
    'zh-CN': '配送路线状态为 {status}。',
  },
  TOUR_NOT_STARTED: {
    status: 409,
    en: 'The tour is {status}; start it first.',
    'zh-CN': '配送路线状态为 {status}，请先开始。',
  },
  TOUR_STOP_NOT_FOUND: {
    status: 404,
    en: 'The tour has no stop {stopId}.',
    'zh-CN': '配送路线中没有停靠点 {stopId}。',
  },
  TOUR_STOP_IMPOSSIBLE: {
    status: 422,
    en: 'Stop {stopId} cannot be served: {why}.',
    'zh-CN': '停靠点 {stopId} 无法服务：{why}。',
  },
  VEHICLES_MISSING: {
    status: 422,
    en: 'The stops need {needed} tours, there are {available} vehicles.',
    'zh-CN': '需要 {needed} 条路线，仅有 {available} 辆车。',
  },
  LABEL_MISSING: {
    status: 409,
    en: 'Book a carrier first.',
    'zh-CN': '请先选择承运商下单。',
  },
  PARCELS_MISSING: {
    status: 409,
    en: 'It is not packed yet.',
    'zh-CN': '尚未装箱。',
  },
  SIMULATION_NOT_SIMULATED: {
    status: 409,
    en: 'The carrier {carrier} is not simulated.',
    'zh-CN': '承运商 {carrier} 并非模拟承运商。',
  },
});
