import { BadValue, type Column, column } from '@orderloom/platform';

/** A column with a form of its own. */
const made = <T>(
  parse: (text: string, name: string) => T,
  options: { readonly synonyms: readonly string[] },
): Column<T> & { readonly required: false } => ({
  synonyms: options.synonyms,
  required: false,
  parse: (text, context) => parse(text, context.column),
});

/** Several values in one cell, separated by `;`. */
const partsOf = (text: string): string[] =>
  text
    .split(/[;；]/)
    .map((part) => part.trim())
    .filter(Boolean);

/** `SKU*3` → 3 units of SKU; `SKU` is one. @throws BadValue */
const counted = (part: string, name: string): { readonly of: string; readonly quantity: number } => {
  const [, of = '', digits] = /^(.*?)(?:\s*[*×]\s*(\d+))?$/.exec(part) ?? [];
  const quantity = digits === undefined ? 1 : Number(digits);
  if (of === '' || !Number.isSafeInteger(quantity) || quantity < 1) {
    throw new BadValue('CSV_VALUE_INVALID', { column: name, value: part });
  }
  return { of, quantity };
};

/** `NW-1*2;NW-2` → the components of a bundle. @throws BadValue */
const componentsOf = (text: string, name: string) =>
  partsOf(text).map((part) => {
    const { of: sku, quantity } = counted(part, name);
    return { sku, quantity };
  });

/** `case*12;pallet*480` → packs. @throws BadValue */
const packsOf = (text: string, name: string) =>
  partsOf(text).map((part) => {
    const { of: unit, quantity } = counted(part, name);
    return { unit, quantity };
  });

/** `size=L;colour=red` → options of a variant. @throws BadValue */
const optionsOf = (text: string, name: string) =>
  partsOf(text).map((part) => {
    const [option = '', ...value] = part.split('=');
    if (option.trim() === '' || value.length === 0) {
      throw new BadValue('CSV_VALUE_INVALID', { column: name, value: part });
    }
    return { name: option.trim(), value: value.join('=').trim() };
  });

/** `300x200x100` → millimetres. @throws BadValue */
const sizeOf = (text: string, name: string) => {
  const [, length, width, height] = /^(\d+)\s*[x×*]\s*(\d+)\s*[x×*]\s*(\d+)$/i.exec(text) ?? [];
  if (length === undefined) throw new BadValue('CSV_VALUE_INVALID', { column: name, value: text });
  return { length: Number(length), width: Number(width), height: Number(height) };
};

/** Columns of the product import; the export writes the same. */
export const productColumns = {
  sku: column.text({
    required: true,
    max: 100,
    synonyms: [
      'product_id',
      'item',
      'item_no',
      'item_number',
      'article',
      'code',
      'product_code',
      '商品编号',
      '商品编码',
      '货号',
      '编码',
    ],
  }),
  name: column.text({ max: 300, synonyms: ['product_name', 'title', 'product', '商品名称', '名称', '品名'] }),
  category: column.text({ max: 200, synonyms: ['category_name', 'product_category', 'group', '分类', '类别', '品类'] }),
  supplier_id: column.text({ max: 100, synonyms: ['supplier', 'vendor', 'vendor_id', '供应商', '供应商编号'] }),
  quantity_per_unit: column.text({ max: 200, synonyms: ['unit', 'pack', 'packaging', '单位', '规格'] }),
  unit_price: column.money({ synonyms: ['price', 'list_price', 'sales_price', '单价', '价格', '售价'] }),
  currency: column.text({ max: 3, synonyms: ['currency_code', '币种', '货币'] }),
  units_in_stock: column.integer({
    min: 0,
    synonyms: ['stock', 'on_hand', 'quantity', 'qty', '库存', '库存数量', '数量'],
  }),
  units_on_order: column.integer({ min: 0, synonyms: ['on_order', '在途', '在途数量'] }),
  reorder_level: column.integer({ min: 0, synonyms: ['reorder_point', 'min_stock', '补货点', '再订货点', '安全库存'] }),
  discontinued: column.flag({ synonyms: ['inactive', '停售', '已停售', '停产'] }),
  location: column.text({ max: 50, synonyms: ['warehouse', 'stock_location', '仓库', '库位'] }),
  variant_of: column.text({ max: 100, synonyms: ['parent', 'parent_sku', '主商品', '父商品'] }),
  options: made(optionsOf, { synonyms: ['variant_options', '规格属性'] }),
  components: made(componentsOf, { synonyms: ['bundle', 'bundle_components', '套装组件', '组件'] }),
  barcodes: made(partsOf, { synonyms: ['barcode', 'ean', 'gtin', 'upc', '条码', '条形码'] }),
  packs: made(packsOf, { synonyms: ['pack_sizes', 'cases', '包装'] }),
  weight_grams: column.integer({ min: 0, synonyms: ['weight', 'weight_g', '重量', '重量克'] }),
  size_mm: made(sizeOf, { synonyms: ['size', 'dimensions', '尺寸'] }),
  sellable_from: column.date({ synonyms: ['on_sale_from', '开售日期'] }),
  sellable_until: column.date({ synonyms: ['on_sale_until', '停售日期'] }),
  substitutes: made(partsOf, { synonyms: ['substitute', 'alternatives', '替代品'] }),
  tracking: column.oneOf(['lot', 'serial'], { synonyms: ['tracked_by', '追踪方式'] }),
  shelf_life_days: column.integer({ min: 0, synonyms: ['shelf_life', '保质期天数', '保质期'] }),
  backorder: column.oneOf(['allow', 'refuse', 'preorder'], { synonyms: ['backorders', '缺货处理'] }),
  available_from: column.date({ synonyms: ['preorder_until', '可供货日期'] }),
  safety_stock: column.integer({ min: 0, synonyms: ['safety', '最低保留', '安全保留'] }),
  up_to_level: column.integer({ min: 0, synonyms: ['max_stock', 'order_up_to', '最高库存'] }),
  lead_time_days: column.integer({ min: 0, synonyms: ['lead_time', '采购周期', '交货周期'] }),
  purchase_price: column.money({ synonyms: ['cost', 'cost_price', '采购价', '进价'] }),
  purchase_minimum: column.integer({ min: 1, synonyms: ['moq', 'minimum_order', '最小起订量'] }),
  purchase_multiple: column.integer({ min: 1, synonyms: ['order_multiple', '采购倍数'] }),
};
