import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, Needs, type RequestContext } from '@orderloom/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TARGETS, type Targets } from '../routing/forwarding.js';
import { personalDocument } from './collect.js';

/** What a customer asks for who wants to know what is known of them. */
@ApiTags('customers')
@Needs('personal:export')
@Controller('api/personal-data')
export class PersonalDataController {
  constructor(@Inject(TARGETS) private readonly targets: Targets) {}

  @Get(':customerId')
  @ApiOperation({
    summary: 'Everything known about a customer, from every service, as one JSON file',
    description:
      'Read with the caller’s token, which must also be allowed to see the customer, orders, returns and notices.',
  })
  @ApiProduces('application/json')
  @ApiResponse({ status: 404, description: 'No such customer.' })
  async all(
    @Param('customerId') customerId: string,
    @Ctx() context: RequestContext,
    @Req() { headers }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    for (const permission of [
      'personal:read',
      'customers:read',
      'orders:read',
      'returns:read',
      'notices:read',
    ] as const) {
      context.access?.mustMay(permission);
    }
    const customer = await this.#customer(customerId, headers);
    const name = encodeURIComponent(customerId).replace(/[^\w-]/g, '_');
    await reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="personal-data-${name}.json"`)
      .header('cache-control', 'no-store')
      .send(
        Readable.from(personalDocument(customer, customerId, context.now, this.targets, headers), {
          objectMode: false,
        }),
      );
  }

  async #customer(customerId: string, headers: FastifyRequest['headers']): Promise<object> {
    const path = `/api/customers/${encodeURIComponent(customerId)}`;
    try {
      return (await this.targets.customer.json(path, headers)) as object;
    } catch (error) {
      if (error instanceof Error && error.message.endsWith('answered 404')) {
        throw new Refused('CUSTOMER_NOT_FOUND', { customerId });
      }
      throw error;
    }
  }
}
