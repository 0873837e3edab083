import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, IfMatch, Needs, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { FieldReader } from '../intake/field-reader.js';
import { cancel } from '../order/decide-cancel.js';
import { OrderRepository } from '../order.repository.js';
import { runCommand } from '../order-commands.js';

const FIELDS = new Set(['reason', 'note']);

const parse = (body: unknown): { reason: string; note?: string } => {
  const problems: FieldProblem[] = [];
  const reader = FieldReader.of(body ?? {}, problems);
  reader.onlyFields(FIELDS);
  const reason = reader.text('reason', 200) ?? 'CUSTOMER_REQUEST';
  const note = reader.text('note', 2000);
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return { reason, ...(note === undefined ? {} : { note }) };
};

@ApiTags('orders')
@Controller('api/orders')
export class CancelOrderController {
  constructor(private readonly orders: OrderRepository) {}

  @Needs('orders:cancel', { limited: true })
  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel an order that no warehouse was told about yet' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        reason: { type: 'string', maxLength: 200, default: 'CUSTOMER_REQUEST' },
        note: { type: 'string', maxLength: 2000 },
      },
    },
  })
  @ApiResponse({ status: 409, description: 'It is released, shipped or completed.' })
  cancel(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { ...parse(body), now: context.now };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => cancel(command, order));
  }
}
