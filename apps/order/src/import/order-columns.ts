/**
 * The columns an order book may have, and the headers by which each is recognised: Northwind's, those of common retail
 * and shop exports, and Chinese ones. Headers are compared without case, spaces, dots, dashes and underscores.
 */
export const ORDER_HEADERS = {
  number: [
    'order_no',
    'order_number',
    'order_id',
    'order',
    'invoice_no',
    'invoice_number',
    'invoice',
    'external_number',
    '订单号',
    '订单编号',
    '单号',
    '发票号',
  ],
  customerId: [
    'customer_id',
    'customer_no',
    'customer_number',
    'customer',
    'client_id',
    '客户编号',
    '客户号',
    '客户ID',
    '会员号',
  ],
  customerName: ['customer_name', 'contact_name', 'buyer', 'buyer_name', '客户名称', '客户姓名', '买家', '姓名'],
  company: ['company', 'company_name', '公司', '公司名称'],
  email: ['email', 'customer_email', 'mail', '邮箱', '电子邮件'],
  phone: ['phone', 'telephone', 'mobile', 'ship_phone', '电话', '手机', '联系电话'],
  orderedAt: [
    'order_date',
    'ordered_at',
    'invoice_date',
    'created_at',
    'purchase_date',
    'date',
    '下单时间',
    '下单日期',
    '订单日期',
    '日期',
  ],
  requiredAt: ['required_date', 'required_at', 'due_date', 'requested_date', '要求日期', '需求日期', '期望送达日期'],
  shippedAt: ['shipped_date', 'shipped_at', 'ship_date', 'dispatch_date', '发货时间', '发货日期'],
  carrier: ['carrier_id', 'carrier', 'ship_via', 'shipper', '承运商', '物流公司', '快递公司'],
  shipping: ['freight', 'shipping', 'shipping_cost', 'shipping_fee', 'postage', '运费'],
  shipName: ['ship_name', 'recipient', 'recipient_name', 'ship_to', '收货人', '收件人'],
  shipStreet: ['ship_address', 'address', 'street', 'ship_street', '收货地址', '地址', '详细地址'],
  shipStreet2: ['ship_address_2', 'address_2', 'street_2'],
  shipCity: ['ship_city', 'city', '城市', '市'],
  shipRegion: ['ship_region', 'region', 'state', 'province', '省', '省份', '地区'],
  shipPostalCode: ['ship_postal_code', 'postal_code', 'zip', 'zip_code', 'postcode', '邮编', '邮政编码'],
  shipCountry: ['ship_country', 'country', 'country_code', '国家', '收货国家'],
  sku: [
    'sku',
    'stock_code',
    'product_id',
    'item_no',
    'item_number',
    'product_code',
    'asin',
    '商品编码',
    '商品编号',
    '货号',
    '产品编码',
  ],
  name: ['description', 'product_name', 'item_name', 'product', 'item', '商品名称', '品名', '产品名称', '描述'],
  quantity: ['quantity', 'qty', 'units', 'amount_ordered', '数量', '件数'],
  unitPrice: ['unit_price', 'price', 'item_price', '单价', '价格', '售价'],
  discount: ['discount', 'discount_rate', '折扣', '折扣率'],
  currency: ['currency', 'currency_code', '币种', '货币'],
  paymentTerms: ['payment_terms', 'terms', '付款条件', '付款方式'],
  channel: ['channel', 'sales_channel', 'source', '渠道', '销售渠道'],
  note: ['note', 'remark', 'comment', '备注', '买家留言'],
} as const;

export type OrderColumn = keyof typeof ORDER_HEADERS;

/** One row as the import reads it: values parsed, absent and empty ones undefined. Amounts in minor units. */
export interface OrderRow {
  number: string;
  customerId?: string | undefined;
  customerName?: string | undefined;
  company?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  /** ISO 8601 UTC */
  orderedAt?: string | undefined;
  requiredAt?: string | undefined;
  shippedAt?: string | undefined;
  carrier?: string | undefined;
  shipping?: number | undefined;
  shipName?: string | undefined;
  shipStreet?: string | undefined;
  shipStreet2?: string | undefined;
  shipCity?: string | undefined;
  shipRegion?: string | undefined;
  shipPostalCode?: string | undefined;
  shipCountry?: string | undefined;
  sku: string;
  name?: string | undefined;
  quantity: number;
  unitPrice?: number | undefined;
  /** fraction of the line, exact decimal, e.g. "0.15" */
  discount?: string | undefined;
  currency?: string | undefined;
  paymentTerms?: string | undefined;
  channel?: string | undefined;
  note?: string | undefined;
}
