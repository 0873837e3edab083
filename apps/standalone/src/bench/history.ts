/**
 * The sample's order book several times over, each time with order numbers of its own.
 *
 * @param copies how many times
 * @returns CSV text and how many lines of orders it holds
 */
export function manyOrders(sample: string, copies: number, prefix: string): { csv: string; lines: number } {
  const [head = '', ...rows] = sample.trim().split(/\r?\n/);
  if (!head.startsWith('order_no,')) throw new Error('the order number is expected to be the first column');
  const parts = [head];
  for (let copy = 1; copy <= copies; copy++) for (const row of rows) parts.push(`${prefix}${copy}-${row}`);
  return { csv: `${parts.join('\n')}\n`, lines: rows.length * copies };
}
