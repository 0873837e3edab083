import { type Check, finding } from './check.js';

/** Whether everything ordered exists and is still sold: PRODUCT_UNKNOWN, PRODUCT_DISCONTINUED. */
export const goodsCheck: Check = ({ lines, find }) => {
  const findings = lines.flatMap(({ lineId, sku }) => {
    const product = find(sku);
    if (product === undefined) return [finding('goods', 'PRODUCT_UNKNOWN', 'problem', { lineId, sku })];
    return product.discontinued ? [finding('goods', 'PRODUCT_DISCONTINUED', 'problem', { lineId, sku })] : [];
  });
  return { findings, values: { 'goods.problems': findings.length } };
};
