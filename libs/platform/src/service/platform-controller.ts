import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../http/public.js';
import { Health } from '../observe/health.js';
import { Metrics } from '../observe/metrics.js';

/** What operators ask every service: is it alive, is it ready, how is it doing. No token, no personal data. */
@ApiExcludeController()
@Controller()
@Public()
export class PlatformController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  /** The process answers; says nothing about the engines, so that an outage of one restarts nobody. */
  @Get('health/live')
  @HttpCode(200)
  live(): object {
    return { status: 'up' };
  }

  /** 200 when every check passes, 503 with the failing ones otherwise. */
  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    await reply.code(report.status === 'up' ? 200 : 503).send(report);
  }

  /** Prometheus text format. */
  @Get('metrics')
  async metricsText(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', this.metrics.registry.contentType).send(await this.metrics.text());
  }
}
