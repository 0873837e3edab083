import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused, text } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  decodeCursor,
  ImportService,
  Needs,
  type Page,
  pageOf,
  type RequestContext,
} from '@orderloom/platform';
import { PageQuery } from '@orderloom/service';
import { ImportUndos, type UndoJob } from './import-undos.js';

const SORT = '_id';

/** Taking back what an import brought in, while no warehouse knows of it. */
@ApiTags('imports')
@Needs('imports:read')
@Controller('api/imports/:id/undo')
export class ImportUndoController {
  constructor(
    private readonly imports: ImportService,
    private readonly undos: ImportUndos,
  ) {}

  @Needs('imports:run')
  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Undo an import of orders: cancels every order of it, as a job' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'It is still running, or something of it was released.' })
  async start(@Param('id') id: string, @Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<object> {
    const job = await this.imports.find(id);
    if (job.status === 'queued' || job.status === 'running') throw new Refused('IMPORT_NOT_FINISHED', { importId: id });
    if (dryRun) {
      const released = await this.undos.countReleased(id);
      return { dryRun: true, importId: id, possible: released === 0, orders: await this.undos.countOpen(id), released };
    }
    return shown(await this.undos.start(id, context));
  }

  @Get()
  @ApiOperation({ summary: 'How far the undoing is' })
  async one(@Param('id') id: string): Promise<object> {
    return shown(await this.undos.find(id));
  }

  @Get('results')
  @ApiOperation({ summary: 'What became of each order' })
  async results(
    @Param('id') id: string,
    @Query() { cursor, limit }: PageQuery,
    @Ctx() { locale }: RequestContext,
  ): Promise<Page<object>> {
    const after = cursor === undefined ? undefined : String(decodeCursor(SORT, 1, cursor)[0]);
    const page = pageOf(await this.undos.results(id, after, limit + 1), limit, SORT, (row) => [row._id]);
    return {
      ...page,
      items: page.items.map(({ orderId, number, outcome, code }) => ({
        orderId,
        number,
        outcome,
        ...(code === undefined ? {} : { code, detail: text(code, locale, { orderId, number }) }),
      })),
    };
  }
}

const shown = ({ _id, lockedUntil: _lock, after: _after, ...job }: UndoJob): object => ({ importId: _id, ...job });
