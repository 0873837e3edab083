import type { BenchPlatform } from './platform.js';

/** On hand of every sku before anything is sold: more than any run sells. */
const STOCK = 1_000_000;

/** Imports the sample's products and takes in stock for them. @returns the skus that are sold */
export async function fillCatalogue(platform: BenchPlatform): Promise<readonly string[]> {
  const products = await platform.sample('products');
  await platform.import('kind=products&mode=live&currency=USD', products);
  const [head = '', ...rows] = products.trim().split(/\r?\n/);
  const discontinued = head.split(',').indexOf('discontinued');
  // No field of the sample's products holds a comma, but quotes may.
  const sold = rows
    .map((row) => row.split(','))
    .filter((row) => !row.join(',').includes('"') && row[discontinued] === '0');
  const skus = sold.map((row) => row[0] ?? '');
  for (const sku of skus) {
    await platform.call('POST', '/api/stock/receipts', { sku, location: 'MAIN', quantity: STOCK });
  }
  await platform.settled();
  return skus;
}
