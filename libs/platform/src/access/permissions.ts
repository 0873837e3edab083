/**
 * What may be done, in the words that tokens, endpoints and refusals share. One table: endpoints name a permission
 * (`@Needs`), roles are lists of permissions (`roles.ts`), and `docs/permissions.md` is written from both.
 */
export const permissions = {
  'orders:read': { en: 'see orders, their story and what can be done', 'zh-CN': '查看订单、订单经过及可执行的操作' },
  'orders:place': { en: 'place orders and drafts', 'zh-CN': '提交订单和草稿' },
  'orders:edit': { en: 'amend orders', 'zh-CN': '修改订单' },
  'orders:handle': {
    en: 'tags, notes, priority, assignee, attachments, complaints and news of orders',
    'zh-CN': '处理订单的标签、备注、优先级、负责人、附件、投诉和渠道消息',
  },
  'orders:cancel': { en: 'cancel orders', 'zh-CN': '取消订单' },
  'orders:review': { en: 'decide on holds and checks', 'zh-CN': '处理挂起和审核' },
  'orders:export': { en: 'export order lists', 'zh-CN': '导出订单列表' },
  'payments:read': {
    en: 'see bank transactions, settlements, balances and series of invoices',
    'zh-CN': '查看银行流水、结算单、余额和发票序列',
  },
  'payments:manage': { en: 'retry, settle and record payments', 'zh-CN': '重试、结算和登记付款' },
  'payments:refund': { en: 'give money back', 'zh-CN': '退款' },
  'payments:report': { en: 'report outcomes as a payment provider', 'zh-CN': '以支付服务商身份回报结果' },
  'personal:read': { en: 'see names, addresses and phone numbers in clear', 'zh-CN': '查看未遮盖的姓名、地址和电话' },
  'personal:export': { en: 'hand out everything known about a customer', 'zh-CN': '导出客户的全部资料' },
  'personal:erase': { en: 'erase the personal data of a customer', 'zh-CN': '删除客户的个人数据' },
  'customers:read': { en: 'see customers', 'zh-CN': '查看客户' },
  'customers:edit': { en: 'register and change customers', 'zh-CN': '登记和修改客户' },
  'products:read': { en: 'see products', 'zh-CN': '查看商品' },
  'products:edit': { en: 'register and change products', 'zh-CN': '登记和修改商品' },
  'suppliers:read': { en: 'see suppliers', 'zh-CN': '查看供应商' },
  'suppliers:edit': { en: 'register and change suppliers', 'zh-CN': '登记和修改供应商' },
  'purchases:read': { en: 'see purchase orders and what to order', 'zh-CN': '查看采购单和补货建议' },
  'purchases:edit': { en: 'draft, send and close purchase orders', 'zh-CN': '起草、发送和关闭采购单' },
  'stock:read': { en: 'see stock, reservations and sourcing decisions', 'zh-CN': '查看库存、预留和寻源决定' },
  'stock:edit': { en: 'receive, move and adjust stock', 'zh-CN': '收货、移动和调整库存' },
  'sourcing:decide': { en: 'decide where stock comes from', 'zh-CN': '决定货源' },
  'fulfilments:read': { en: 'see fulfilments', 'zh-CN': '查看履约单' },
  'fulfilments:work': { en: 'accept, pick, pack and dispatch', 'zh-CN': '接单、拣货、打包和发运' },
  'shipments:read': { en: 'see shipments and carriers', 'zh-CN': '查看发运和承运商' },
  'shipments:work': { en: 'record what happens to shipments', 'zh-CN': '登记运输状态' },
  'returns:read': { en: 'see returns', 'zh-CN': '查看退货' },
  'returns:work': { en: 'handle returns', 'zh-CN': '处理退货' },
  'returns:decide': { en: 'accept and decline returns and settle them', 'zh-CN': '批准、拒绝和结算退货' },
  'notices:read': { en: 'see what customers were told', 'zh-CN': '查看已发给客户的通知' },
  'notices:manage': { en: 'change and resend notices', 'zh-CN': '修改和重发通知' },
  'analytics:read': { en: 'see figures', 'zh-CN': '查看统计数据' },
  'events:read': { en: 'follow live events', 'zh-CN': '订阅实时事件' },
  'imports:read': { en: 'see imports', 'zh-CN': '查看导入' },
  'imports:run': { en: 'import files', 'zh-CN': '导入文件' },
  'policies:read': { en: 'see rules, deadlines, channels and master data', 'zh-CN': '查看规则、时限、渠道和基础数据' },
  'policies:edit': {
    en: 'change rules, deadlines, channels and master data',
    'zh-CN': '修改规则、时限、渠道和基础数据',
  },
  'views:share': { en: 'share saved views', 'zh-CN': '共享已保存的视图' },
  'simulation:manage': { en: 'set the simulations', 'zh-CN': '设置模拟' },
  'operations:read': { en: 'see lag, read models and dead letters', 'zh-CN': '查看延迟、读模型和死信' },
  'operations:manage': { en: 'rebuild, replay and discard', 'zh-CN': '重建、重放和丢弃' },
  'tokens:manage': { en: 'issue and revoke tokens', 'zh-CN': '签发和吊销令牌' },
} as const;

/** The name of something that may be done, e.g. `orders:cancel`. */
export type Permission = keyof typeof permissions;

export const permissionNames = Object.keys(permissions) as Permission[];
