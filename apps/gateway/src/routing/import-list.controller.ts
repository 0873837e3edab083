import { Controller, Get, Inject, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Needs } from '@orderloom/platform';
import type { FastifyRequest } from 'fastify';
import { TARGETS, type Targets } from './forwarding.js';
import { importingBackends } from './routes.js';

/** As much of a job as the list knows; the rest is passed on as the service says it. */
class ListedJob {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['orders', 'products', 'suppliers', 'customers'] }) kind!: string;
  @ApiProperty({ enum: ['queued', 'running', 'completed', 'failed'] }) status!: string;
  @ApiProperty() rows!: number;
  @ApiProperty() accepted!: number;
  @ApiProperty() rejected!: number;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
}

class ImportList {
  @ApiProperty({ type: [ListedJob] }) items!: ListedJob[];
  @ApiPropertyOptional({ type: [String], description: 'Services whose jobs are missing because they do not answer.' })
  notAnswering?: string[];
}

/** The import jobs of all services in one list; a single job is answered by the service that runs it. */
@ApiTags('imports')
@Needs('imports:read')
@Controller('api/imports')
export class ImportListController {
  constructor(@Inject(TARGETS) private readonly targets: Targets) {}

  @Get()
  @ApiOperation({ summary: 'Import jobs of every kind, newest first' })
  @ApiOkResponse({ type: ImportList })
  async list(@Req() request: FastifyRequest): Promise<ImportList> {
    const lists = await Promise.allSettled(
      importingBackends.map((backend) => this.targets[backend].json('/api/imports', request.headers)),
    );
    const items = lists.flatMap((list) => (list.status === 'fulfilled' ? (list.value as ImportList).items : []));
    const notAnswering = importingBackends.filter((_, index) => lists[index]?.status === 'rejected');
    return {
      items: items.sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
      ...(notAnswering.length > 0 ? { notAnswering } : {}),
    };
  }
}
