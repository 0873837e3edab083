import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  type Access,
  Ctx,
  DryRun,
  etagOf,
  IfMatch,
  MinRevision,
  Needs,
  personalFor,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import {
  answerOf,
  CommandAnswer,
  contextFor,
  literal,
  newestFirst,
  PageQuery,
  Projections,
  possibleAction,
  runCommand,
  shownRevision,
  untilShown,
  withoutInternals,
} from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { type Customer, save } from '../customer/customer.js';
import { idProblem, MAX_ID } from '../customer/customer-id.js';
import { Customers } from '../customer/repository.js';
import { EraseCustomer } from '../erasure/erase-customer.js';
import { type CustomerOrder, OrderHistory } from '../history/orders.projection.js';
import {
  CustomerDetails,
  CustomerOrderPage,
  CustomerPage,
  CustomerQuery,
  type CustomerShown,
  type CustomerTotals,
} from './customers.api.js';
import { type CustomerView, customersProjection } from './customers.projection.js';
import { ProfileBody } from './profile.dto.js';
import { type ProfileInput, SaveProfiles } from './save-profiles.js';

const byRegistration = newestFirst<CustomerView>('registeredAt');
const byPlacing = newestFirst<CustomerOrder>('placedAt');

@ApiTags('customers')
@Needs('customers:read')
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
  @ApiOkResponse({ type: CustomerPage })
  async list(
    @Query() { q, country, cursor, limit }: CustomerQuery,
    @Ctx() { access }: RequestContext,
  ): Promise<CustomerPage> {
    // Finding somebody by name tells the name.
    if (q !== undefined) access?.mustMay('personal:read', 'q');
    const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const filter: Filter<CustomerView> = {
      ...(words.length > 0 ? { $and: words.map((word) => ({ words: { $regex: `^${literal(word)}` } })) } : {}),
      ...(country === undefined ? {} : { country }),
      ...byRegistration.after(cursor),
    };
    const found = await this.view
      .collection()
      .find(filter)
      .sort(byRegistration.sort)
      .limit(limit + 1)
      .toArray();
    const page = byRegistration.page(found, limit);
    return { ...page, items: page.items.map((view) => shown(view, access)) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One customer with totals and possible actions; personal fields are absent once erased' })
  @ApiQuery({ name: 'minRevision', required: false, description: 'Wait until the answer shows this revision.' })
  @ApiOkResponse({ type: CustomerDetails })
  async one(
    @Param('id') id: string,
    @MinRevision() minRevision: bigint | undefined,
    @Ctx() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDetails> {
    await untilShown(this.view, `customer-${id}`, minRevision);
    const found = await this.find(id);
    void reply.header('etag', etagOf(shownRevision(found)));
    const state = stateOf(found);
    return {
      ...shown(found, context.access),
      totals: await this.totalsOf(id),
      actions: [
        possibleAction('save', context.locale, () => save({ customerId: id, country: '?' })(state)),
        possibleAction('erase', context.locale, () => this.eraser.decision(id, context)(state)),
      ],
    };
  }

  @Get(':id/orders')
  @ApiOperation({ summary: 'What the customer has ordered, newest first' })
  @ApiOkResponse({ type: CustomerOrderPage })
  async orders(@Param('id') id: string, @Query() { cursor, limit }: PageQuery): Promise<CustomerOrderPage> {
    const found = await this.history.orders
      .collection()
      .find({ customerId: id, ...byPlacing.after(cursor) })
      .sort(byPlacing.sort)
      .limit(limit + 1)
      .toArray();
    // Whoever has ordered may not be registered yet: the two come from different topics.
    if (found.length === 0 && cursor === undefined) await this.find(id);
    const page = byPlacing.page(found, limit);
    return { ...page, items: page.items.map(withoutInternals) };
  }

  @Needs('customers:edit')
  @Put(':id')
  @ApiOperation({
    summary: 'Register a customer, or replace what is known of one',
    description: 'What the body leaves out is forgotten. The same again changes nothing.',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the customer as last read.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  async save(
    @Param('id') customerId: string,
    @Body() { locale, ...profile }: ProfileBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const code = idProblem(customerId);
    if (code) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'id', code, details: { max: MAX_ID } }]);
    const country = profile.address?.country;
    const input: ProfileInput = {
      customerId,
      ...(country === undefined ? {} : { country }),
      ...(locale === undefined ? {} : { locale }),
      // Plain objects: what is compared with the body later comes out of JSON.
      profile: JSON.parse(JSON.stringify(profile)),
    };
    const decide = await this.profiles.decision(input);
    return runCommand(this.customers, customerId, decide, { context, ifMatch, dryRun, reply }, state);
  }

  @Needs('personal:erase')
  @Post(':id/erase')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make the personal data of a customer unreadable for good, everywhere',
    description: 'Amounts, quantities and counts remain. There is no way back. Saying it again is harmless.',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the customer as last read.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  async erase(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const request = { context, ifMatch, dryRun, reply };
    if (dryRun) return runCommand(this.customers, id, this.eraser.decision(id, context), request, state);
    return answerOf(await this.eraser.erase(id, contextFor(request)), request, state);
  }

  private async find(id: string): Promise<CustomerView> {
    const found = await this.view.collection().findOne({ _id: id });
    if (!found) throw new Refused('CUSTOMER_NOT_FOUND', { customerId: id });
    return found;
  }

  private totalsOf(customerId: string): Promise<CustomerTotals[]> {
    return this.history.orders
      .collection()
      .aggregate<CustomerTotals>([
        { $match: { customerId } },
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
        { $sort: { orders: -1, _id: 1 } },
        { $addFields: { currency: '$_id' } },
        { $project: { _id: 0 } },
      ])
      .toArray();
  }
}

/** What commands show of a customer: nothing personal. */
const state = (customer: Customer): unknown => {
  if (customer.status !== 'known') return { status: customer.status };
  const { country, locale } = customer.profile;
  return { status: customer.status, ...(country ? { country } : {}), ...(locale ? { locale } : {}) };
};

/** As much of the state as decides what is possible. */
const stateOf = ({ _id, erasedAt }: CustomerView): Customer =>
  erasedAt === undefined ? { status: 'known', profile: { customerId: _id } } : { status: 'erased', customerId: _id };

const shown = (view: CustomerView, access: Access | undefined): CustomerShown => {
  const { words: _words, ...rest } = withoutInternals(view);
  const personal = rest.profile === undefined ? {} : { profile: personalFor(access, rest.profile) };
  return { ...rest, ...personal, revision: shownRevision(view) };
};
