import { Readable } from 'node:stream';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import type { FastifyReply } from 'fastify';
import { Needs } from '../access/needs.js';
import { Ctx, DryRun, IdempotencyKey, type RequestContext } from '../http/context.js';
import { afterCursor, decodeCursor, type Page, pageOf } from '../http/cursor.js';
import { Field } from '../http/field.js';
import { StreamBody } from '../http/public.js';
import { ImportService } from './service.js';
import { ImportStore } from './store.js';
import { type ImportView, rejectionsCsv, viewOf } from './view.js';
import { ImportWorker } from './worker.js';

class ImportQuery {
  @Field.string({ max: 50, description: 'What the rows are: products, customers, suppliers, orders.' }) kind!: string;
  @Field.oneOf(['live', 'history'], {
    default: 'live',
    description: '`live` places new orders, `history` records what already happened.',
  })
  mode!: 'live' | 'history';
  @Field.currency({ optional: true, description: 'For amounts where the file has no currency column.' })
  currency?: string;
  @Field.strings({
    values: ['products', 'customers'],
    optional: true,
    description: 'Make products or customers that orders name and nobody knows.',
  })
  createMissing?: ('products' | 'customers')[];
  @Field.string({
    max: 5000,
    optional: true,
    description: 'JSON object from headers of the file to our columns; an empty text leaves a column out.',
    example: '{"Order ID":"order_no"}',
  })
  mapping?: string;
  @Field.string({
    max: 40,
    optional: true,
    description: 'How dates are written where that is not plain.',
    example: 'd/M/yyyy H:mm',
  })
  dateFormat?: string;
}

class ImportListQuery {
  @Field.integer({ min: 1, max: 200, default: 50 }) limit!: number;
  @Field.string({ optional: true }) cursor?: string;
}

const SORT = '-createdAt';

/** Imports of CSV files. */
@ApiTags('imports')
@Needs('imports:read')
@Controller('api/imports')
export class ImportsController {
  constructor(
    private readonly imports: ImportService,
    private readonly store: ImportStore,
    private readonly worker: ImportWorker,
  ) {}

  /** Takes a CSV file as the request's body and answers at once; the job goes on by itself. */
  @ApiOperation({ summary: 'Import a CSV file' })
  @ApiConsumes('text/csv')
  @ApiQuery({
    name: 'dryRun',
    required: false,
    type: Boolean,
    description: 'A job that reads every row and reports those that cannot be read; nothing is made of the others.',
  })
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @Needs('imports:run')
  @Post()
  @HttpCode(202)
  @StreamBody()
  async create(
    @Query() query: ImportQuery,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @IdempotencyKey() key?: string,
  ): Promise<ImportView> {
    if (!(body instanceof Readable)) throw new Refused('UNSUPPORTED_MEDIA_TYPE');
    const request = dryRun ? { ...query, dryRun: true as const } : query;
    const job = await this.imports.create(request, body, context, key);
    this.worker.poke();
    return viewOf(job, this.imports.isGrouped(job.kind), context.locale);
  }

  @ApiOperation({ summary: 'Imports, newest first' })
  @Get()
  async list(@Query() query: ImportListQuery, @Ctx() context: RequestContext): Promise<Page<ImportView>> {
    const after = query.cursor === undefined ? undefined : decodeCursor(SORT, 2, query.cursor);
    const sort = [
      { field: 'createdAt', direction: -1 },
      { field: '_id', direction: -1 },
    ] as const;
    const jobs = await this.store.jobs
      .find(after ? afterCursor(sort, after) : {})
      .sort({ createdAt: -1, _id: -1 })
      .limit(query.limit + 1)
      .toArray();
    const page = pageOf(jobs, query.limit, SORT, (job) => [job.createdAt, job._id]);
    return {
      ...page,
      items: page.items.map((job) => viewOf(job, this.imports.isGrouped(job.kind), context.locale)),
    };
  }

  @ApiOperation({ summary: 'One import with its progress' })
  @Get(':id')
  async get(@Param('id') id: string, @Ctx() context: RequestContext): Promise<ImportView> {
    const job = await this.imports.find(id);
    return viewOf(job, this.imports.isGrouped(job.kind), context.locale);
  }

  @ApiOperation({ summary: 'Rejected rows with the reason for each, as CSV' })
  @ApiProduces('text/csv')
  @Get(':id/rejections')
  @Header('content-type', 'text/csv; charset=utf-8')
  async rejections(@Param('id') id: string, @Ctx() context: RequestContext, @Res() reply: FastifyReply): Promise<void> {
    // The rows are shown as they came, names and addresses included.
    context.access?.mustMay('personal:read');
    const job = await this.imports.find(id);
    const lines = rejectionsCsv(job.header, this.store.rejectionsOf(id), context.locale);
    await reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${id}-rejections.csv"`)
      .send(Readable.from(lines, { objectMode: false }));
  }

  @ApiOperation({ summary: 'Go on with a failed import where it stopped' })
  @Needs('imports:run')
  @Post(':id/retry')
  @HttpCode(202)
  async retry(@Param('id') id: string, @Ctx() context: RequestContext): Promise<ImportView> {
    const job = await this.imports.retry(id);
    this.worker.poke();
    return viewOf(job, this.imports.isGrouped(job.kind), context.locale);
  }
}
