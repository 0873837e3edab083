import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  afterCursor,
  Ctx,
  DryRun,
  decodeCursor,
  etagOf,
  Field,
  IfMatch,
  type Page,
  pageOf,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { Customers } from '../customer/repository.js';
import { EraseCustomer } from '../erasure/erase-customer.js';
import { type CustomerOrder, OrderHistory } from '../history/orders.projection.js';
import { type CustomerView, customersProjection } from './customers.projection.js';
import { ProfileBody } from './profile.dto.js';
import { SaveProfiles } from './save-profiles.js';

class CustomerQuery {
  @Field.string({ optional: true, description: 'Words that id, name, company, contact or e-mail begin with.' })
  q?: string;
  @Field.string({ optional: true, max: 2000 }) cursor?: string;
  @Field.integer({ min: 1, max: 200, default: 50 }) limit!: number;
}

class OrdersQuery {
  @Field.string({ optional: true, max: 2000 }) cursor?: string;
  @Field.integer({ min: 1, max: 200, default: 50 }) limit!: number;
}

type Shown = Omit<CustomerView, '_id' | 'words'> & { id: string };

/** What a customer has ordered in one currency; amounts in minor units. */
interface Totals {
  currency: string;
  orders: number;
  net: number;
  cancelled: number;
  credited: number;
  refunded: number;
  firstOrderAt: string;
  lastOrderAt: string;
}

const SORT = '-registeredAt';
const ORDER_SORT = '-placedAt';

@ApiTags('customers')
@Controller('api/customers')
export class CustomersController {
  private readonly view: ProjectionRunner<CustomerView>;

  constructor(
    projections: Projections,
    vault: Vault,
    private readonly customers: Customers,
    private readonly profiles: SaveProfiles,
    private readonly history: OrderHistory,
    private readonly eraser: EraseCustomer,
  ) {
    this.view = projections.add(customersProjection(vault));
  }

  @Get()
  @ApiOperation({ summary: 'Customers, newest first' })
  async list(@Query() { q, cursor, limit }: CustomerQuery): Promise<Page<Shown>> {
    const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const filter: Filter<CustomerView> = {
      ...(words.length > 0 ? { $and: words.map((word) => ({ words: { $regex: `^${quoted(word)}` } })) } : {}),
      ...(cursor ? after('registeredAt', SORT, cursor) : {}),
    };
    const found = await this.view
      .collection()
      .find(filter)
      .sort({ registeredAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, SORT, ({ registeredAt, _id }) => [registeredAt, _id]);
    return { ...page, items: page.items.map(shown) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One customer with totals; personal fields are absent once erased' })
  async one(@Param('id') id: string): Promise<Shown & { totals: Totals[] }> {
    const found = await this.view.collection().findOne({ _id: id });
    if (!found) throw new Refused('CUSTOMER_NOT_FOUND', { customerId: id });
    const totals = await this.history.orders
      .collection()
      .aggregate<Totals>([
        { $match: { customerId: id } },
        {
          $group: {
            _id: '$currency',
            orders: { $sum: 1 },
            net: { $sum: '$net' },
            cancelled: { $sum: '$cancelled' },
            credited: { $sum: '$credited' },
            refunded: { $sum: '$refunded' },
            firstOrderAt: { $min: '$placedAt' },
            lastOrderAt: { $max: '$placedAt' },
          },
        },
        { $sort: { orders: -1 } },
        { $addFields: { currency: '$_id' } },
        { $project: { _id: 0 } },
      ])
      .toArray();
    return { ...shown(found), totals };
  }

  @Get(':id/orders')
  @ApiOperation({ summary: 'What the customer has ordered, newest first' })
  async orders(
    @Param('id') id: string,
    @Query() { cursor, limit }: OrdersQuery,
  ): Promise<Page<Omit<CustomerOrder, '_id'> & { id: string }>> {
    const found = await this.history.orders
      .collection()
      .find({ customerId: id, ...(cursor ? after('placedAt', ORDER_SORT, cursor) : {}) })
      .sort({ placedAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, ORDER_SORT, ({ placedAt, _id }) => [placedAt, _id]);
    return { ...page, items: page.items.map(withoutInternals) };
  }

  @Put(':id')
  @ApiOperation({ summary: 'Register a customer, or replace what is known of one' })
  async save(
    @Param('id') customerId: string,
    @Body() { locale, ...profile }: ProfileBody,
    @Ctx() context: RequestContext,
    @IfMatch() expectedRevision: bigint | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ id: string; revision: string; changed: boolean }> {
    const country = profile.address?.country;
    const [outcome] = await this.profiles.saveMany(
      [
        {
          customerId,
          ...(country === undefined ? {} : { country }),
          ...(locale === undefined ? {} : { locale }),
          profile: JSON.parse(JSON.stringify(profile)),
        },
      ],
      { ...context, ...(expectedRevision === undefined ? {} : { expectedRevision }) },
    );
    if (!outcome?.ok) throw outcome?.error;
    void reply.header('etag', etagOf(outcome.value.revision));
    return { id: customerId, revision: outcome.value.revision.toString(), changed: outcome.value.changed };
  }

  @Post(':id/erase')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make the personal data of a customer unreadable for good, everywhere',
    description: 'Amounts, quantities and counts remain. There is no way back.',
  })
  async erase(
    @Param('id') customerId: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    if (dryRun) {
      const { events } = await this.customers.preview(customerId, this.eraser.decision(customerId, context));
      return { dryRun: true, events };
    }
    const { revision, changed } = await this.eraser.erase(customerId, context);
    return { id: customerId, revision: revision.toString(), changed };
  }
}

const quoted = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const after = (field: string, sort: string, cursor: string) =>
  afterCursor(
    [
      { field, direction: -1 },
      { field: '_id', direction: -1 },
    ],
    decodeCursor(sort, 2, cursor),
  );

/** Fields of a document that readers need not see. */
const withoutInternals = <T extends { _id: string }>(doc: T): Omit<T, '_id'> & { id: string } => {
  const { _id, ...rest } = doc;
  return { id: _id, ...Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('_'))) } as Omit<
    T,
    '_id'
  > & { id: string };
};

const shown = (view: CustomerView): Shown => {
  const { words: _words, ...rest } = withoutInternals(view);
  return rest;
};
