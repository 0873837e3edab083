import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  Clock,
  Ctx,
  DryRun,
  Field,
  IdempotencyKey,
  idFromKey,
  Needs,
  newId,
  type RequestContext,
} from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { parseListQuery } from '../list/list-query.js';
import { OrderList } from '../order-list.js';
import { SavedViews } from '../saved/saved-views.js';
import { DEFAULT_COLUMNS, LIST_COLUMNS, type ListColumn } from './columns.js';
import { type ExportJob, ExportJobs, KEPT_MS } from './export-jobs.js';
import { ExportWorker } from './export-worker.js';

class ExportBody {
  @Field.oneOf(['csv', 'xlsx'], { default: 'csv' }) format!: 'csv' | 'xlsx';
  @Field.record({ optional: true, description: 'Filters and `sort` of `GET /api/orders`; `asOf` too.' })
  query?: Record<string, unknown>;
  @Field.string({ optional: true, max: 60, description: 'A saved view, in place of `query` and `columns`.' })
  view?: string;
  @Field.strings({ optional: true, max: 60, values: LIST_COLUMNS }) columns?: ListColumn[];
}

interface ExportView {
  id: string;
  status: ExportJob['status'];
  format: ExportJob['format'];
  query: Record<string, string>;
  columns: readonly string[];
  requestedBy: string;
  rows: number;
  bytes: number;
  createdAt: string;
  finishedAt: string | null;
  error: string | null;
  expiresAt: string;
  links: { self: string; file?: string };
}

const viewOf = ({ _id, status, requester, expiresAt, ...job }: ExportJob): ExportView => ({
  id: _id,
  status,
  format: job.format,
  query: job.query,
  columns: job.columns,
  requestedBy: requester.subject,
  rows: job.rows,
  bytes: job.bytes,
  createdAt: job.createdAt,
  finishedAt: job.finishedAt,
  error: job.error,
  expiresAt: expiresAt.toISOString(),
  links: {
    self: `/api/orders/exports/${_id}`,
    ...(status === 'completed' ? { file: `/api/orders/exports/${_id}/file` } : {}),
  },
});

/** What an export would hold. */
interface TriedExport {
  dryRun: true;
  format: ExportJob['format'];
  columns: ListColumn[];
  /** null for a list of the past, which has to be read to be counted */
  rows: number | null;
}

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

const PAGING = ['cursor', 'limit', 'count', 'seen'];

/** Order lists as files, made by a job. */
@ApiTags('orders')
@Needs('orders:export', { limited: true })
@Controller('api/orders/exports')
export class ExportsController {
  constructor(
    private readonly jobs: ExportJobs,
    private readonly worker: ExportWorker,
    private readonly views: SavedViews,
    private readonly list: OrderList,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Export a list of orders as CSV or Excel workbook; the file is kept for a day' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async create(
    @Body() body: ExportBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @IdempotencyKey() key?: string,
  ): Promise<ExportView | TriedExport> {
    const { actor, access, now, locale } = context;
    const view = body.view === undefined ? undefined : await this.views.find(body.view, actor);
    const query = view?.query ?? textsOf(body.query ?? {});
    const request = parseListQuery({ ...query, count: 'exact', limit: '1' }, access);
    const chosen = (view?.columns.length ? view.columns : body.columns) as ListColumn[] | undefined;
    const { subject, roles, channels, customerId } = access?.identity ?? { subject: actor, roles: ['admin'] as const };
    const columns = [...(chosen ?? DEFAULT_COLUMNS)];
    if (dryRun) {
      const { count } = await this.list.page(request, access);
      return { dryRun: true, format: body.format, columns, rows: count?.value ?? null };
    }
    const job = await this.jobs.add({
      _id: key === undefined ? newId() : idFromKey('order-export', subject, key),
      status: 'queued',
      format: body.format,
      query,
      columns,
      locale,
      requester: {
        subject: access?.identity.root === true ? actor : subject,
        roles: [...roles],
        ...(channels === undefined ? {} : { channels: [...channels] }),
        ...(customerId === undefined ? {} : { customerId }),
      },
      personal: (access?.may('personal:read') ?? true) && columns.some((column) => column.startsWith('customer')),
      rows: 0,
      bytes: 0,
      chunks: 0,
      attempt: 0,
      createdAt: now,
      finishedAt: null,
      error: null,
      lockedUntil: 0,
      expiresAt: new Date(this.clock.millis() + KEPT_MS),
    });
    this.worker.poke();
    return viewOf(job);
  }

  @Get()
  @ApiOperation({ summary: 'Your exports, newest first; everybody’s for administrators' })
  async all(@Ctx() { actor, access }: RequestContext): Promise<{ items: ExportView[] }> {
    return { items: (await this.jobs.list(access?.isAdmin === true ? null : actor)).map(viewOf) };
  }

  @Get(':export')
  @ApiOperation({ summary: 'One export with its progress' })
  async one(@Param('export') id: string, @Ctx() context: RequestContext): Promise<ExportView> {
    const job = await this.own(id, context);
    // Its worker may be gone; whoever asks for it gets it going again.
    if (job.status === 'queued' || (job.status === 'running' && job.lockedUntil < this.clock.millis())) {
      this.worker.poke();
    }
    return viewOf(job);
  }

  @Get(':export/file')
  @ApiOperation({ summary: 'The file of an export' })
  @ApiProduces(TYPES.csv, TYPES.xlsx)
  async file(@Param('export') id: string, @Ctx() context: RequestContext, @Res() reply: FastifyReply): Promise<void> {
    const job = await this.own(id, context);
    if (job.status !== 'completed') throw new Refused('EXPORT_NOT_READY', { id, status: job.status });
    await reply
      .header('content-type', TYPES[job.format])
      .header('content-disposition', `attachment; filename="orders-${job.createdAt.slice(0, 10)}.${job.format}"`)
      .send(Readable.from(this.jobs.read(job)));
  }

  /** An export shows what its requester may see, so it is nobody else's. */
  private async own(id: string, { actor, access }: RequestContext): Promise<ExportJob> {
    const job = await this.jobs.find(id);
    if (job.requester.subject !== actor && access?.isAdmin !== true) throw new Refused('EXPORT_NOT_FOUND', { id });
    return job;
  }
}

const textsOf = (query: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query)
      .filter(([name]) => !PAGING.includes(name))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  );
