import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Ctx, DryRun, IdempotencyKey, IfMatch, idFromKey, Needs, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import type { FieldReader } from '../intake/field-reader.js';
import { reject, reopen } from '../order/decide-end.js';
import { requestStop } from '../order/decide-stop.js';
import { OrderRepository } from '../order.repository.js';
import { runCommand } from '../order-commands.js';
import { parseReason, reasonProperties } from './ending-request.js';

const reasonBody = { required: false, schema: { type: 'object', properties: reasonProperties } } as const;

const readFulfilments = (reader: FieldReader): { fulfilmentIds: string[] | undefined } => ({
  fulfilmentIds: reader.ids('fulfilmentIds', 100),
});

/** Ends an order, takes it up again, or asks a warehouse to stop what was released to it. */
@ApiTags('orders')
@Needs('orders:cancel', { limited: true })
@Controller('api/orders')
export class EndOrderController {
  constructor(private readonly orders: OrderRepository) {}

  @Needs('orders:review', { limited: true })
  @Post(':id/reject')
  @HttpCode(200)
  @ApiOperation({ summary: 'Do not take an order that no warehouse was told about yet' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(reasonBody)
  @ApiResponse({ status: 409, description: 'It is released, or over.' })
  reject(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { ...parseReason(body), now: context.now };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => reject(command, order));
  }

  @Post(':id/reopen')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take up again an order that was cancelled, rejected or has expired' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(reasonBody)
  @ApiResponse({ status: 409, description: 'It has not ended so, or a refund is under way.' })
  reopen(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { ...parseReason(body), now: context.now };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => reopen(command, order));
  }

  @Post(':id/stop')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Ask the warehouse not to send what was released to it; its answer is shown with the order',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'One request per key.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        ...reasonProperties,
        fulfilmentIds: { type: 'array', items: { type: 'string' }, description: 'all that have not left when absent' },
      },
    },
  })
  @ApiResponse({ status: 409, description: 'Nothing is released, or everything has left.' })
  stop(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { fulfilmentIds, ...why } = parseReason(body, ['fulfilmentIds'], readFulfilments);
    const { now, correlationId } = context;
    const command = {
      ...why,
      stopId: idFromKey('stop', id, key ?? correlationId),
      ...(fulfilmentIds === undefined ? {} : { fulfilmentIds }),
      now,
    };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => requestStop(command, order));
  }
}
