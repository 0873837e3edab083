import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Field, Needs } from '@orderloom/platform';
import { promisedOn } from './available-to-promise.js';
import { PromiseBook } from './promise-book.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

class PromiseQuery {
  @Field.integer({ min: 1, max: 1_000_000_000, default: 1 }) quantity!: number;
  @Field.string({ optional: true, pattern: DAY, description: 'How many can be promised for this day?' }) day?: string;
  @Field.string({ optional: true, max: 100, description: 'Sales channel: its allotment counts for it.' })
  channel?: string;
}

class PromisedLineBody {
  @Field.string({ max: 100 }) sku!: string;
  @Field.integer({ min: 1, max: 1_000_000_000 }) quantity!: number;
}

class PromiseBody {
  @Field.list(() => PromisedLineBody, { min: 1, max: 500 }) lines!: PromisedLineBody[];
  @Field.string({ optional: true, max: 100 }) channel?: string;
}

@ApiTags('stock')
@Needs('stock:read')
@Controller('api/stock')
export class PromisesController {
  constructor(private readonly book: PromiseBook) {}

  @Get(':sku/promise')
  @ApiOperation({
    summary: 'Available to promise, by date',
    description:
      'From stock, goods that suppliers have confirmed, and orders that wait. `basis` tells what the day rests on: STOCK, INBOUND, LEAD_TIME, or NONE where no day can be named.',
  })
  async ofSku(@Param('sku') sku: string, @Query() { quantity, day, channel }: PromiseQuery): Promise<object> {
    const promise = (await this.book.of([sku], channel)).get(sku);
    if (!promise || (!promise.policy && promise.promised.every(({ available }) => available === 0))) {
      throw new Refused('PRODUCT_NOT_FOUND', { sku });
    }
    return {
      sku,
      quantity,
      ...this.book.dayFor(promise, quantity),
      ...(day === undefined ? {} : { onDay: { day, available: promisedOn(promise.promised, day) } }),
      promised: promise.promised,
    };
  }

  @Post('promises')
  @HttpCode(200)
  @ApiOperation({
    summary: 'When each line of an order, and the whole of it, could be sent',
    description: 'Nothing is reserved. Lines that share a sku share its units.',
  })
  async ofLines(@Body() { lines, channel }: PromiseBody): Promise<object> {
    const promises = await this.book.of([...new Set(lines.map(({ sku }) => sku))], channel);
    const asked = new Map<string, number>();
    const answers = lines.map(({ sku, quantity }) => {
      const total = (asked.get(sku) ?? 0) + quantity;
      asked.set(sku, total);
      const promise = promises.get(sku);
      return { sku, quantity, ...(promise ? this.book.dayFor(promise, total) : { day: null, basis: 'NONE' }) };
    });
    const days = answers.map(({ day }) => day);
    const whole = days.includes(null) ? null : (days.sort().at(-1) ?? null);
    return { lines: answers, whole };
  }
}
