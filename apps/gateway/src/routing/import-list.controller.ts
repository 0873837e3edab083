import { Controller, Get, Inject, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { TARGETS, type Targets } from './forwarding.js';
import { importingBackends } from './routes.js';

interface Job {
  id: string;
  createdAt: string;
}

/** The import jobs of all services in one list; a single job is answered by the service that runs it. */
@ApiTags('imports')
@Controller('api/imports')
export class ImportListController {
  constructor(@Inject(TARGETS) private readonly targets: Targets) {}

  @Get()
  @ApiOperation({ summary: 'Import jobs of every kind, newest first' })
  async list(@Req() request: FastifyRequest): Promise<{ items: Job[] }> {
    const lists = await Promise.all(
      importingBackends.map((backend) => this.targets[backend].json('/api/imports', request.headers)),
    );
    const items = lists.flatMap((list) => (list as { items: Job[] }).items);
    return { items: items.sort((a, b) => b.createdAt.localeCompare(a.createdAt)) };
  }
}
