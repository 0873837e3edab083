import { randomBytes } from 'node:crypto';
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

const page = (nonce: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Orderloom API</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/api/docs/assets/swagger-ui.css"></head>
<body><div id="ui"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script nonce="${nonce}">
const ui = SwaggerUIBundle({ url: '/api/docs/openapi.json', dom_id: '#ui', deepLinking: true, docExpansion: 'none', persistAuthorization: true,
  // The token that was given on the start page of this tab.
  onComplete: () => { const token = sessionStorage.getItem('token'); if (token) ui.preauthorizeApiKey('bearer', token); } });
</script>
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
    const nonce = randomBytes(16).toString('base64');
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header(
        'content-security-policy',
        // Swagger UI sets styles of its own and brings its icons as data.
        `default-src 'none'; connect-src 'self'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'`,
      )
      .header('x-content-type-options', 'nosniff')
      .send(page(nonce));
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
