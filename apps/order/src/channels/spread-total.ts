import type { FieldProblem } from '@orderloom/contracts';
import type { Json } from '../intake/field-reader.js';

interface PricedLine {
  readonly line: Json;
  /** what the line comes to so far, minor units */
  readonly net: bigint;
}

/**
 * Makes lines and shipping come to the total the channel says. What is less is a discount on the order as a whole,
 * spread over the lines by their value with the cents that are left over given to the first ones; what is more is
 * carried with shipping or refused. Without prices on every line there is nothing to compare.
 */
export const spreadTotal = (
  body: Json,
  total: number,
  surplus: 'shipping' | 'refuse',
  problems: FieldProblem[],
): void => {
  const lines = pricedLines(body['lines']);
  if (lines === null) return;
  const shipping = typeof body['shipping'] === 'number' ? BigInt(body['shipping']) : 0n;
  const goods = lines.reduce((sum, { net }) => sum + net, 0n);
  const difference = goods + shipping - BigInt(total);
  if (difference === 0n) return;
  if (difference < 0n) {
    if (surplus === 'shipping') body['shipping'] = Number(shipping - difference);
    else
      problems.push({
        path: 'total',
        code: 'CHANNEL_TOTAL_MISMATCH',
        details: { total, sum: Number(goods + shipping) },
      });
    return;
  }
  if (difference > goods) {
    problems.push({ path: 'total', code: 'CHANNEL_TOTAL_MISMATCH', details: { total, sum: Number(goods + shipping) } });
    return;
  }
  let left = difference;
  const shares = lines.map(({ net }) => (net * difference) / goods);
  for (const share of shares) left -= share;
  for (const [index, { line, net }] of lines.entries()) {
    const share = shares[index] ?? 0n;
    // A cent more for each of the first lines that can still bear one.
    const extra = left > 0n && share < net ? 1n : 0n;
    left -= extra;
    const before = typeof line['discount'] === 'number' ? line['discount'] : 0;
    if (share + extra > 0n) line['discount'] = before + Number(share + extra);
  }
};

const pricedLines = (value: unknown): PricedLine[] | null => {
  if (!Array.isArray(value) || value.length === 0) return null;
  const lines: PricedLine[] = [];
  for (const line of value as Json[]) {
    const { quantity, unitPrice, discount } = line as { quantity?: unknown; unitPrice?: unknown; discount?: unknown };
    if (!isCount(quantity) || !isCount(unitPrice)) return null;
    lines.push({ line, net: BigInt(quantity) * BigInt(unitPrice) - BigInt(isCount(discount) ? discount : 0) });
  }
  return lines;
};

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);
