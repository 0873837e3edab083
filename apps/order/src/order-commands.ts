import { applyDecorators, createParamDecorator, type ExecutionContext, HttpCode } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import type { Handled } from '@orderloom/event-sourcing';
import { contextOf, dryRunOf, etagOf, heedingDryRun, type RequestContext, revisionOf } from '@orderloom/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OrderEvent } from './order/events.js';
import type { Order } from './order/order.js';
import type { OrderRepository } from './order.repository.js';
import { orderSummary } from './views/order-view.js';
import { previewView } from './views/preview-view.js';

/** How a command on an existing order came in. */
export interface CommandRequest {
  id: string;
  context: RequestContext;
  ifMatch: bigint | undefined;
  dryRun: boolean;
  reply: FastifyReply;
}

/** What every command on the order `:id` has in common, for its answer and the API document. */
export const OrderCommand = (summary: string): MethodDecorator =>
  applyDecorators(
    HttpCode(200),
    ApiOperation({ summary }),
    ApiParam({ name: 'id' }),
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' }),
    ApiQuery({ name: 'dryRun', required: false, type: Boolean }),
  );

const asCommand = createParamDecorator((_: unknown, execution: ExecutionContext): CommandRequest => {
  const http = execution.switchToHttp();
  const request = http.getRequest<FastifyRequest<{ Params: { id: string } }>>();
  return {
    id: request.params.id,
    context: contextOf(request),
    ifMatch: revisionOf(request.headers['if-match']),
    dryRun: dryRunOf(request),
    reply: http.getResponse<FastifyReply>(),
  };
});

/** Parameter: how a command on the order `:id` came in. */
export const AsCommand = heedingDryRun(asCommand);

/**
 * Runs a command on an existing order the way every endpoint does: dry runs answer with what would happen, others with
 * the order as it stands then; `changed` is false when it was so already.
 * @throws Refused what the command refuses; REVISION_CONFLICT when `If-Match` names another revision
 */
export const runCommand = async (
  orders: OrderRepository,
  request: CommandRequest,
  decide: (order: Order) => OrderEvent[],
): Promise<object> => {
  const { id, context, ifMatch, dryRun, reply } = request;
  const { actor, correlationId, now, traceparent } = context;
  const commandContext = {
    actor,
    correlationId,
    now,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(ifMatch === undefined ? {} : { expectedRevision: ifMatch }),
  };
  if (dryRun) return previewView(await orders.preview(id, decide, commandContext));
  return answer(await orders.handle(id, decide, commandContext), reply);
};

/** The order as a command leaves it. */
export const answer = (handled: Handled<Order, OrderEvent>, reply: FastifyReply): object => {
  reply.header('etag', etagOf(handled.revision));
  return { ...orderSummary(handled.state, handled.revision), changed: handled.changed };
};
