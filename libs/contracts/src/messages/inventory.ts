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
  PRODUCT_NOT_YET_SOLD: {
    status: 422,
    en: 'The product {sku} is sold from {from} on.',
    'zh-CN': '商品 {sku} 自 {from} 起开售。',
  },
  PRODUCT_NO_LONGER_SOLD: {
    status: 422,
    en: 'The product {sku} was sold until {until}.',
    'zh-CN': '商品 {sku} 已于 {until} 停售。',
  },
  LOCATION_NOT_FOUND: { status: 404, en: 'There is no location {location}.', 'zh-CN': '没有库位 {location}。' },
  STOCK_NOT_FOUND: {
    status: 404,
    en: 'Nothing has ever been recorded of {sku} at {location}.',
    'zh-CN': '{location} 从未有 {sku} 的库存记录。',
  },
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
  RESERVATION_WITHOUT_LIMIT: {
    status: 409,
    en: 'The reservation {reservationId} belongs to an order and has no time limit.',
    'zh-CN': '预留 {reservationId} 属于订单，没有时限。',
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
  SERIALS_DIFFER: {
    status: 422,
    en: 'As many different serial numbers are needed as units: {quantity}, not {serials}.',
    'zh-CN': '序列号数量须与件数一致且不重复：应为 {quantity} 个，实为 {serials} 个。',
  },
  SERIAL_ALREADY_HERE: {
    status: 409,
    en: 'The serial number {serial} is in stock here already.',
    'zh-CN': '序列号 {serial} 已在此库存中。',
  },
  SERIAL_NOT_HERE: {
    status: 409,
    en: 'The serial number {serial} is not in stock here.',
    'zh-CN': '序列号 {serial} 不在此库存中。',
  },
  SERIALS_REQUIRED: {
    status: 422,
    en: 'The product {sku} is kept by serial number: name one per unit.',
    'zh-CN': '商品 {sku} 按序列号管理，请逐件填写序列号。',
  },
  LOT_REQUIRED: {
    status: 422,
    en: 'Say which lot. There are: {lots}.',
    'zh-CN': '请指明批次。现有批次：{lots}。',
  },
  LOT_SHORT: {
    status: 409,
    en: 'The lot {lot} has no {quantity} free units.',
    'zh-CN': '批次 {lot} 没有 {quantity} 件可用库存。',
  },
  COUNT_BELOW_RESERVED: {
    status: 409,
    en: '{counted} were counted at {location}, but {reserved} of {sku} are promised to orders. Withdraw reservations first; those orders are then supplied from elsewhere.',
    'zh-CN':
      '{location} 盘点为 {counted} 件，但 {sku} 已有 {reserved} 件承诺给订单。请先撤回预留，相关订单将改由其他库位供货。',
  },
  MOVE_TO_ITSELF: {
    status: 422,
    en: 'Units cannot be moved from {location} to the same location.',
    'zh-CN': '不能将库存从 {location} 移动到同一库位。',
  },
  PRODUCT_OF_ITSELF: {
    status: 422,
    en: 'The product {sku} cannot be a component, a variant or a substitute of itself.',
    'zh-CN': '商品 {sku} 不能是其自身的组件、变体或替代品。',
  },
  SELLABLE_DATES_REVERSED: {
    status: 422,
    en: 'The product {sku} would be sold until {until}, which is before {from}.',
    'zh-CN': '商品 {sku} 的停售日 {until} 早于开售日 {from}。',
  },
  PREORDER_NEEDS_A_DAY: {
    status: 422,
    en: 'A product for pre-order needs the day from which it is available: {sku}.',
    'zh-CN': '预售商品 {sku} 须填写可供货日期。',
  },
  BUNDLE_TRACKED: {
    status: 422,
    en: 'The bundle {sku} has no units of its own: lots and serial numbers belong to its components.',
    'zh-CN': '套装 {sku} 没有自身库存，批次和序列号应由其组件管理。',
  },
  BUNDLE_HAS_NO_STOCK: {
    status: 422,
    en: '{sku} is a bundle: stock is kept of its components.',
    'zh-CN': '{sku} 为套装，库存由其组件管理。',
  },
  BARCODE_TAKEN: {
    status: 422,
    en: 'The barcode {barcode} belongs to {sku} already.',
    'zh-CN': '条码 {barcode} 已属于商品 {sku}。',
  },
  PRODUCT_IS_COMPONENT: {
    status: 422,
    en: '{sku} is a component of {bundle}, and a component cannot be a bundle itself.',
    'zh-CN': '{sku} 是套装 {bundle} 的组件，组件本身不能是套装。',
  },
  PRODUCT_HAS_STOCK: {
    status: 422,
    en: '{onHand} units of {sku} are in stock, and a bundle has no stock of its own. Take them out first.',
    'zh-CN': '{sku} 尚有 {onHand} 件库存，而套装没有自身库存。请先将其出清。',
  },
  LOT_EXPIRY_DIFFERS: {
    status: 409,
    en: 'The lot {lot} expires on {known} here, not on {expiresOn}. Name the other units a lot of their own.',
    'zh-CN': '批次 {lot} 在此的到期日为 {known}，而非 {expiresOn}。请为其他货品使用单独的批次。',
  },
  LOT_MISSING: {
    status: 422,
    en: 'The product {sku} is kept by lot: name the lot of its units.',
    'zh-CN': '商品 {sku} 按批次管理，请填写批次。',
  },
});
