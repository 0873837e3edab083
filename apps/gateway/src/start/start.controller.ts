import { randomBytes } from 'node:crypto';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { localeOf, Public } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { startPage } from './start-page.js';

@ApiExcludeController()
@Controller()
@Public()
export class StartController {
  @Get()
  start(@Res() reply: FastifyReply, @Headers('accept-language') languages?: string): void {
    const nonce = randomBytes(16).toString('base64');
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('vary', 'accept-language')
      .header(
        'content-security-policy',
        `default-src 'none'; connect-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      )
      .header('x-content-type-options', 'nosniff')
      .send(startPage(localeOf(languages), nonce));
  }
}
