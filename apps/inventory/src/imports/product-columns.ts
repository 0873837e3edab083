import { BadValue, type Column, type ColumnContext, column, parseMoney } from '@orderloom/platform';
import { LOCATION } from '../stock/stock.dto.js';
import { fromHarmless, partsOf, plainText, splitAt } from './cells.js';

/** A column with a form of its own. */
const made = <T>(
  parse: (text: string, name: string) => T,
  options: { readonly synonyms: readonly string[] },
): Column<T> & { readonly required: false } => ({
  synonyms: options.synonyms,
  required: false,
  parse: (text, context) => parse(fromHarmless(text), context.column),
});

/** Free text, without the apostrophe that the export puts before what looks like a formula. */
const words = <C extends Column<string>>(text: C): C => ({
  ...text,
  parse: (cell: string, context: Parameters<C['parse']>[1]) => text.parse(fromHarmless(cell), context),
});

const invalid = (column: string, value: string): BadValue => new BadValue('CSV_VALUE_INVALID', { column, value });

/** `SKU*3` → 3 units of SKU; `SKU` is one. @throws BadValue */
const counted = (part: string, name: string): { readonly of: string; readonly quantity: number } => {
  const pieces = splitAt(part, '*×');
  const last = pieces.at(-1)?.trim() ?? '';
  const numbered = pieces.length > 1 && /^\d+$/.test(last);
  const of = plainText(numbered ? pieces.slice(0, -1).join('*') : part);
  const quantity = numbered ? Number(last) : 1;
  if (of === '' || !Number.isSafeInteger(quantity) || quantity < 1) throw invalid(name, part);
  return { of, quantity };
};

/** Several values in one cell, separated by `;`. */
const textsOf = (text: string): string[] => partsOf(text).map(plainText);

/** `NW-1*2;NW-2` → the components of a bundle. @throws BadValue */
const componentsOf = (text: string, name: string) =>
  partsOf(text).map((part) => {
    const { of: sku, quantity } = counted(part, name);
    return { sku, quantity };
  });

/** `case*12;pallet*480=4006381333931` → packs, with their barcode where they have one. @throws BadValue */
const packsOf = (text: string, name: string) =>
  partsOf(text).map((part) => {
    const [what = '', ...code] = splitAt(part, '=');
    const barcode = plainText(code.join('='));
    if (code.length > 0 && barcode === '') throw invalid(name, part);
    const { of: unit, quantity } = counted(what, name);
    return barcode === '' ? { unit, quantity } : { unit, quantity, barcode };
  });

/** `size=L;colour=red` → options of a variant. @throws BadValue */
const optionsOf = (text: string, name: string) =>
  partsOf(text).map((part) => {
    const [option = '', ...value] = splitAt(part, '=');
    if (plainText(option) === '' || value.length === 0) throw invalid(name, part);
    return { name: plainText(option), value: plainText(value.join('=')) };
  });

/** Levels of a place in a file, and in a product. */
const LEVELS = { reorder: 'reorderLevel', safety: 'safetyStock', upto: 'upToLevel' } as const;

/** `east:reorder=5:safety=2:upto=30;west:safety=1` → levels that differ at a location. @throws BadValue */
const placesOf = (text: string, name: string) =>
  partsOf(text).map((part) => {
    const [location = '', ...levels] = splitAt(part, ':');
    if (!LOCATION.test(plainText(location)) || levels.length === 0) throw invalid(name, part);
    const entries = levels.map((level) => {
      const [, key = '', digits] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(level) ?? [];
      const field = LEVELS[key.toLowerCase() as keyof typeof LEVELS];
      if (field === undefined || !Number.isSafeInteger(Number(digits))) throw invalid(name, part);
      return [field, Number(digits)] as const;
    });
    const place: { location: string } & Partial<Record<(typeof LEVELS)[keyof typeof LEVELS], number>> = {
      location: plainText(location),
      ...Object.fromEntries(entries),
    };
    return place;
  });

/** `19.50` in the currency of the row, or `19.50 EUR`. @throws BadValue */
const priceOf = (text: string, context: ColumnContext): { amount: number; currency: string } => {
  const [, amount = text, own] = /^(.*\S)\s+([A-Za-z]{3})$/.exec(text) ?? [];
  const currency = (own ?? context.currency)?.toUpperCase();
  if (currency === undefined) throw new BadValue('CSV_VALUE_MISSING', { column: 'currency' });
  return { amount: parseMoney(amount, { column: context.column, currency }), currency };
};

/** `300x200x100` → millimetres. @throws BadValue */
const sizeOf = (text: string, name: string) => {
  const [, length, width, height] = /^(\d+)\s*[x×*]\s*(\d+)\s*[x×*]\s*(\d+)$/i.exec(text) ?? [];
  if (length === undefined) throw new BadValue('CSV_VALUE_INVALID', { column: name, value: text });
  return { length: Number(length), width: Number(width), height: Number(height) };
};

/** Columns of the product import; the export writes the same. */
export const productColumns = {
  sku: words(
    column.text({
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
  ),
  name: words(column.text({ max: 300, synonyms: ['product_name', 'title', 'product', '商品名称', '名称', '品名'] })),
  category: words(
    column.text({ max: 200, synonyms: ['category_name', 'product_category', 'group', '分类', '类别', '品类'] }),
  ),
  supplier_id: words(column.text({ max: 100, synonyms: ['supplier', 'vendor', 'vendor_id', '供应商', '供应商编号'] })),
  quantity_per_unit: words(column.text({ max: 200, synonyms: ['unit', 'pack', 'packaging', '单位', '规格'] })),
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
  lot: words(column.text({ max: 100, synonyms: ['lot_number', 'batch', '批次', '批号'] })),
  lot_expires_on: column.date({ synonyms: ['expires_on', 'expiry_date', 'best_before', '到期日', '有效期至'] }),
  serials: made(textsOf, { synonyms: ['serial_numbers', '序列号'] }),
  variant_of: words(column.text({ max: 100, synonyms: ['parent', 'parent_sku', '主商品', '父商品'] })),
  options: made(optionsOf, { synonyms: ['variant_options', '规格属性'] }),
  components: made(componentsOf, { synonyms: ['bundle', 'bundle_components', '套装组件', '组件'] }),
  barcodes: made(textsOf, { synonyms: ['barcode', 'ean', 'gtin', 'upc', '条码', '条形码'] }),
  packs: made(packsOf, { synonyms: ['pack_sizes', 'cases', '包装'] }),
  weight_grams: column.integer({ min: 0, synonyms: ['weight', 'weight_g', '重量', '重量克'] }),
  size_mm: made(sizeOf, { synonyms: ['size', 'dimensions', '尺寸'] }),
  sellable_from: column.date({ synonyms: ['on_sale_from', '开售日期'] }),
  sellable_until: column.date({ synonyms: ['on_sale_until', '停售日期'] }),
  substitutes: made(textsOf, { synonyms: ['substitute', 'alternatives', '替代品'] }),
  tracking: column.oneOf(['lot', 'serial'], { synonyms: ['tracked_by', '追踪方式'] }),
  shelf_life_days: column.integer({ min: 0, synonyms: ['shelf_life', '保质期天数', '保质期'] }),
  backorder: column.oneOf(['allow', 'refuse', 'preorder'], { synonyms: ['backorders', '缺货处理'] }),
  release: column.oneOf(['arrival', 'priority'], { synonyms: ['backorder_order', '到货分配'] }),
  available_from: column.date({ synonyms: ['preorder_until', '可供货日期'] }),
  safety_stock: column.integer({ min: 0, synonyms: ['safety', '最低保留', '安全保留'] }),
  up_to_level: column.integer({ min: 0, synonyms: ['max_stock', 'order_up_to', '最高库存'] }),
  places: made(placesOf, { synonyms: ['levels_by_location', '各库位水位'] }),
  replenish_by: column.oneOf(['hand', 'computed'], { synonyms: ['replenishment', '补货方式'] }),
  service_level_percent: column.integer({ min: 50, max: 99, synonyms: ['service_level', '服务水平'] }),
  lead_time_days: column.integer({ min: 0, synonyms: ['lead_time', '采购周期', '交货周期'] }),
  purchase_price: {
    synonyms: ['cost', 'cost_price', '采购价', '进价'],
    required: false,
    parse: priceOf,
  } as Column<ReturnType<typeof priceOf>> & { readonly required: false },
  purchase_minimum: column.integer({ min: 1, synonyms: ['moq', 'minimum_order', '最小起订量'] }),
  purchase_multiple: column.integer({ min: 1, synonyms: ['order_multiple', '采购倍数'] }),
};
