import { randomBytes } from 'node:crypto';
import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { localeOf, Public } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { startPage } from './start-page.js';

@ApiExcludeController()
@Controller()
@Public()
export class StartController {
  @Get()
  start(
    @Res() reply: FastifyReply,
    @Headers('accept-language') languages?: string,
    @Query('lang') chosen?: string | string[],
  ): void {
    const nonce = randomBytes(16).toString('base64');
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('vary', 'accept-language')
      .header(
        'content-security-policy',
        `default-src 'none'; img-src data:; connect-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      )
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .send(startPage(localeOf(typeof chosen === 'string' ? chosen : languages), nonce));
  }
}
