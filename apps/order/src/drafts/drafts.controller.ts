import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  type Access,
  Ctx,
  DryRun,
  etagOf,
  Field,
  IdempotencyKey,
  IfMatch,
  MinRevision,
  Needs,
  type Page,
  Public,
  personalFor,
  type RequestContext,
} from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { type CommandAnswer, newestFirst, PageQuery, possibleAction, untilShown } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { submitOrderBody } from '../intake/submit-order.api.js';
import { orderSummary } from '../views/order-view.js';
import { previewView } from '../views/preview-view.js';
import { discard, mustBeOpen } from './decide-draft.js';
import { DRAFT_STATUSES, type DraftContent } from './draft.js';
import { Drafts, draftView } from './drafts.js';
import type { DraftDocument } from './drafts.projection.js';

/** The read model of drafts. */
export const DRAFTS_VIEW = Symbol('orderloom.order.drafts');

class DraftsQuery extends PageQuery {
  @Field.strings({ optional: true, values: DRAFT_STATUSES }) status?: string[];
  @Field.string({ optional: true, max: 100 }) customerId?: string;
  @Field.string({ optional: true, max: 100 }) channel?: string;
}

/** People in it as this reader may see them. */
const contentFor = (access: Access | undefined, content: DraftContent | null): DraftContent | null => {
  if (content === null) return null;
  const people = ['customer', 'shipTo'].flatMap((name) => {
    const value = content[name];
    return typeof value === 'object' && value !== null ? [[name, personalFor(access, value)]] : [];
  });
  return { ...content, ...Object.fromEntries(people) };
};

class ExpiryQuery {
  @Field.time({ optional: true, description: 'Until when it is kept, or until when the prices hold.' })
  expiresAt?: string;
}

class DiscardBody {
  @Field.string({ max: 500, default: 'OTHER' }) reason!: string;
}

const sort = newestFirst<DraftDocument>('createdAt');
const until = (query: ExpiryQuery, now: string): string | undefined => {
  if (query.expiresAt === undefined) return undefined;
  const at = new Date(query.expiresAt).toISOString();
  if (at <= now) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'expiresAt', code: 'RANGE_INVALID' }]);
  return at;
};

/** Orders that are being prepared, and offers made of them. */
@ApiTags('drafts')
@Needs('orders:read')
@Controller('api/drafts')
export class DraftsController {
  constructor(
    private readonly drafts: Drafts,
    @Inject(DRAFTS_VIEW) private readonly view: ProjectionRunner<DraftDocument>,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Drafts, newest first' })
  async list(@Query() { status, customerId, channel, cursor, limit }: DraftsQuery): Promise<Page<object>> {
    const filter = {
      ...(status === undefined ? {} : { status: { $in: status } }),
      ...(customerId === undefined ? {} : { customerId }),
      ...(channel === undefined ? {} : { channel }),
      ...sort.after(cursor),
    };
    const rows = await this.view
      .collection()
      .find(filter, { projection: { state: 0 } })
      .sort(sort.sort)
      .limit(limit + 1)
      .toArray();
    const page = sort.page(
      rows.map((row) => ({ ...row, _id: String(row._id) })),
      limit,
    );
    return {
      ...page,
      items: page.items.map(({ _id, ...row }) => ({
        id: _id,
        ...Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_'))),
        revision: String(row.revision),
      })),
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One draft with what it holds' })
  @ApiQuery({ name: 'minRevision', required: false })
  async one(
    @Param('id') id: string,
    @MinRevision() minRevision: bigint | undefined,
    @Ctx() { access, locale, now }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (minRevision !== undefined) await untilShown(this.view, `draft-${id}`, minRevision);
    const { draft, revision, content } = await this.drafts.show(id);
    reply.header('etag', etagOf(revision));
    const open = (): unknown[] => {
      mustBeOpen(draft);
      return [draft];
    };
    return {
      id,
      revision: revision.toString(),
      ...draftView(draft),
      content: contentFor(access, content),
      actions: [
        possibleAction('change', locale, open),
        possibleAction('quote', locale, open),
        possibleAction('submit', locale, open),
        possibleAction('discard', locale, () => discard({ reason: 'OTHER', occurredAt: now }, draft)),
      ],
    };
  }

  @Needs('orders:place')
  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Begin a draft; what is missing is listed, not refused' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(submitOrderBody)
  create(
    @Body() body: unknown,
    @Query() query: ExpiryQuery,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.drafts.create(body, until(query, context.now), key, { context, dryRun, reply });
  }

  @Needs('orders:place')
  @Put(':id')
  @ApiOperation({ summary: 'Replace what a draft holds; an offer made of it no longer holds' })
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(submitOrderBody)
  change(
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() query: ExpiryQuery,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.drafts.change(id, body, until(query, context.now), { context, ifMatch, dryRun, reply });
  }

  @Needs('orders:place')
  @Post(':id/quote')
  @HttpCode(200)
  @ApiOperation({ summary: 'Offer a draft to the customer: its prices hold until the offer expires' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  quote(
    @Param('id') id: string,
    @Query() query: ExpiryQuery,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.drafts.quote(id, until(query, context.now), { context, ifMatch, dryRun, reply });
  }

  @Needs('orders:place')
  @Post(':id/discard')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a draft up' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  discard(
    @Param('id') id: string,
    @Body() body: DiscardBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.drafts.discard(id, body.reason, { context, ifMatch, dryRun, reply });
  }

  @Needs('orders:place')
  @Post(':id/submit')
  @HttpCode(201)
  @ApiOperation({ summary: 'Place a draft as an order' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async submit(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (dryRun) {
      reply.code(200);
      return previewView(await this.drafts.preview(id, context));
    }
    const { state, revision, changed } = await this.drafts.place(id, context);
    reply.code(changed ? 201 : 200);
    reply.header('location', `/api/orders/${state.orderId}`);
    reply.header('etag', etagOf(revision));
    return orderSummary(state, revision);
  }
}

/** Offers as customers open them: by a secret link, without an account. */
@ApiTags('drafts')
@Public()
@Controller('api/quotes')
export class QuotesController {
  constructor(private readonly drafts: Drafts) {}

  @Get(':token')
  @ApiOperation({ summary: 'An offer, by its link' })
  async show(@Param('token') token: string): Promise<object> {
    const { draft, content } = await this.drafts.open(token);
    const { currency, lines, shipping, shipTo, paymentTerms } = content;
    return {
      status: draft.status,
      total: draft.quote?.total,
      currency,
      lines,
      shipping,
      shipTo,
      paymentTerms,
      expiresAt: draft.expiresAt,
      acceptedAt: draft.quote?.acceptedAt ?? null,
      orderNumber: draft.orderNumber,
    };
  }

  @Post(':token/accept')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take an offer: it becomes an order' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async accept(
    @Param('token') token: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    if (dryRun) {
      const { draft } = await this.drafts.open(token);
      const { after } = await this.drafts.preview(draft.draftId, { ...context, actor: 'customer' });
      return { dryRun: true, total: after.totals.total, currency: after.currency };
    }
    const { state } = await this.drafts.accept(token, { ...context, actor: 'customer' });
    return { number: state.number, status: state.status, total: state.totals.total, currency: state.currency };
  }
}
