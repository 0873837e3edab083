import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Ctx, DryRun, etagOf, IdempotencyKey, Needs, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { orderSummary } from '../views/order-view.js';
import { previewView } from '../views/preview-view.js';
import { parseOrder } from './parse-order.js';
import { submitOrderBody } from './submit-order.api.js';
import { SubmitOrder } from './submit-order.js';

@ApiTags('orders')
@Controller('api/orders')
export class SubmitOrderController {
  constructor(private readonly intake: SubmitOrder) {}

  /** Places an order: 201 with a new one, 200 with the first one when the same request comes again. */
  @Needs('orders:place', { limited: true })
  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Place an order' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A retry with the same key finds the first order.',
  })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(submitOrderBody)
  @ApiResponse({ status: 201, description: 'Placed. Location and ETag are set.' })
  @ApiResponse({ status: 200, description: 'It was placed before, or dryRun: what would be recorded.' })
  @ApiResponse({ status: 409, description: 'The external number belongs to another order.' })
  @ApiResponse({ status: 422, description: 'Every problem of the order, by field.' })
  async submit(
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const request = parseOrder(body);
    const options = idempotencyKey === undefined ? {} : { idempotencyKey };
    if (dryRun) {
      reply.code(200);
      return previewView(await this.intake.preview(request, context, options));
    }
    const { state, revision, changed } = await this.intake.submit(request, context, options);
    reply.code(changed ? 201 : 200);
    reply.header('location', `/api/orders/${state.orderId}`);
    reply.header('etag', etagOf(revision));
    return orderSummary(state, revision);
  }
}
