import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Ctx, DryRun, IdempotencyKey, IfMatch, idFromKey, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { cancel, cancelLines } from '../order/decide-cancel.js';
import { OrderRepository } from '../order.repository.js';
import { runCommand } from '../order-commands.js';
import { MoneyPolicy } from '../payment/money-policy.js';
import { linesProperty, parseReason, readLineQuantities, reasonProperties } from './ending-request.js';

@ApiTags('orders')
@Controller('api/orders')
export class CancelOrderController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly policy: MoneyPolicy,
  ) {}

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel an order, or units of it, that no warehouse was told about yet' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Units are cancelled once per key.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({ required: false, schema: { type: 'object', properties: { ...reasonProperties, lines: linesProperty } } })
  @ApiResponse({ status: 409, description: 'It is released (ask for a stop), shipped or completed.' })
  cancel(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { lines, ...why } = parseReason(body, ['lines'], (reader) => ({ lines: readLineQuantities(reader) }));
    const { now, correlationId } = context;
    const cancellationId = idFromKey('cancellation', id, key ?? correlationId);
    const how = { ...why, now, refunds: this.policy };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) =>
      lines === undefined ? cancel(how, order) : cancelLines({ ...how, cancellationId, lines }, order),
    );
  }
}
