import { Injectable } from '@nestjs/common';
import { FactRecorder } from '../facts/fact-recorder.js';
import { ProductNames } from '../facts/product-names.js';
import { type DayRange, dayFilter } from './range.js';
import { summarize } from './summarize.js';
import type { Summary } from './summary.js';

/** Shown when there are no orders to take a currency from. */
const NO_CURRENCY = 'USD';

/** Answers summaries from the daily counters, never from single orders. */
@Injectable()
export class SummaryService {
  constructor(
    private readonly recorder: FactRecorder,
    private readonly products: ProductNames,
  ) {}

  /** @param wanted currency; the one with most orders in the range when absent */
  async summary(range: DayRange, wanted?: string): Promise<Summary> {
    const { counters } = this.recorder;
    const days = dayFilter(range);
    const perCurrency = await counters
      .aggregate<{ _id: string; orders: number }>([
        { $match: { kind: 'order', ...days } },
        { $group: { _id: '$currency', orders: { $sum: '$counts.orders' } } },
        { $sort: { orders: -1, _id: 1 } },
      ])
      .toArray();
    const currencies = perCurrency.filter(({ orders }) => orders > 0).map(({ _id }) => _id);
    const currency = wanted ?? currencies[0] ?? NO_CURRENCY;
    const [daily, skus, customers] = await Promise.all([
      counters.find({ kind: { $in: ['order', 'country', 'step'] }, currency, ...days }).toArray(),
      counters
        .aggregate<{ _id: string; orders: number; lines: number; gross: number; net: number }>([
          { $match: { kind: 'sku', currency, ...days } },
          {
            $group: {
              _id: '$key',
              orders: { $sum: '$counts.orders' },
              lines: { $sum: '$counts.lines' },
              gross: { $sum: '$counts.gross' },
              net: { $sum: '$counts.net' },
            },
          },
        ])
        .toArray(),
      counters
        .aggregate<{ customers: number }>([
          { $match: { kind: 'customer', currency, ...days } },
          { $group: { _id: '$key' } },
          { $count: 'customers' },
        ])
        .toArray(),
    ]);
    return summarize({
      range,
      currency,
      currencies,
      counters: daily,
      skus: skus.map(({ _id, ...counts }) => ({ sku: _id, counts })),
      products: await this.products.of(skus.map(({ _id }) => _id)),
      customers: customers[0]?.customers ?? 0,
    });
  }
}
