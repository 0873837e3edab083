import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { messages } from '@orderloom/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../observe/logger.js';
import { allowedMethods } from '../service/allowed-methods.js';
import { localeOf, requestState } from './context.js';
import { type Classified, classifyError, problemOf } from './problem.js';

/** Answers with a problem document and logs what is our fault, once, with the correlation id. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const state = requestState(request);
  const { code, details, fields, fault } = unknownMethod(request, reply) ?? classifyError(error);
  const { status } = messages[code];
  if (fault) {
    logger.error({ err: error, correlationId: state.correlationId, method: request.method, code }, 'request failed');
  }
  if (reply.sent) return;
  const contentType = request.headers['content-type'];
  const problem = problemOf(
    code,
    {
      locale: localeOf(request.headers['accept-language']),
      correlationId: state.correlationId,
      instance: request.url.split('?', 1)[0] ?? '/',
    },
    code === 'UNSUPPORTED_MEDIA_TYPE' ? { contentType: contentType ?? '', ...details } : details,
    fields,
  );
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  if (status === 503) void reply.header('retry-after', '1');
  // Bytes, because a JSON serializer would replace the content type.
  void reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('x-correlation-id', state.correlationId)
    .send(Buffer.from(JSON.stringify(problem)));
}

/** A known address with another method is 405 with `Allow`, not 404 (RFC 9110 §15.5.6). */
function unknownMethod(request: FastifyRequest, reply: FastifyReply): Classified | undefined {
  if (!request.is404) return undefined;
  const methods = allowedMethods(reply.server, request.url.split('?', 1)[0] ?? '/');
  if (methods.length === 0) return undefined;
  void reply.header('allow', methods.join(', '));
  return { code: 'METHOD_NOT_ALLOWED', details: { method: request.method }, fault: false };
}

/** Turns every thrown thing into a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.logger);
  }
}
