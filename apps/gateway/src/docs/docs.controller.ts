import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Public } from '@orderloom/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TARGETS, type Targets } from '../routing/forwarding.js';
import { backends } from '../routing/routes.js';
import { mergeOpenApi, type OpenApi } from './merge.js';

const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
const assetDir = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Orderloom API</title><link rel="stylesheet" href="/api/docs/assets/swagger-ui.css"></head>
<body><div id="ui"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: '/api/docs/openapi.json', dom_id: '#ui', persistAuthorization: true });</script>
</body></html>
`;

/** The interface of the whole platform, put together from what the services say of themselves. */
@ApiExcludeController()
@Controller('api/docs')
@Public()
export class DocsController {
  constructor(
    @Inject(TARGETS) private readonly targets: Targets,
    private readonly adapter: HttpAdapterHost,
  ) {}

  @Get()
  page(@Res() reply: FastifyReply): void {
    void reply.header('content-type', 'text/html; charset=utf-8').send(page);
  }

  /** Services that do not answer are left out, and named in the description. */
  @Get('openapi.json')
  async document(@Req() request: FastifyRequest): Promise<OpenApi> {
    const answers = await Promise.allSettled(
      backends.map((backend) => this.targets[backend].json('/api-json', request.headers)),
    );
    const own: FastifyInstance = this.adapter.httpAdapter.getInstance();
    const documents = new Map<string, OpenApi>([['gateway', (await own.inject('/api-json')).json()]]);
    const silent: string[] = [];
    for (const [index, answer] of answers.entries()) {
      const backend = backends[index] ?? '';
      if (answer.status === 'fulfilled') documents.set(backend, answer.value as OpenApi);
      else silent.push(backend);
    }
    const merged = mergeOpenApi(documents);
    if (silent.length > 0) merged.info.description += ` Not answering at the moment: ${silent.join(', ')}.`;
    return merged;
  }

  @Get('assets/:name')
  asset(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
    if (!type) throw new Refused('NOT_FOUND');
    void reply
      .header('content-type', type)
      .header('cache-control', 'public, max-age=86400')
      .send(createReadStream(join(assetDir, name)));
  }
}
