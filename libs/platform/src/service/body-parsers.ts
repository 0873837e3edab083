import { Refused } from '@orderloom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteFlags } from '../http/public.js';

const wantsText = (request: FastifyRequest): boolean => (request.routeOptions.config as RouteFlags).raw === true;
const wantsStream = (request: FastifyRequest): boolean => (request.routeOptions.config as RouteFlags).stream === true;

/**
 * JSON bodies are parsed (guarding against `__proto__`), an empty one counts as none; routes marked
 * `@StreamBody()` get any other body as a stream; everything else is refused with 415.
 */
export function installBodyParsers(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json\b/i,
    { parseAs: 'string' },
    (request, body: string, done) => {
      if (body === '' || wantsStream(request)) done(null, undefined);
      else if (wantsText(request)) done(null, body);
      else void parseJson(request, body, (error, parsed) => done(error && new Refused('MALFORMED_JSON'), parsed));
    },
  );
  fastify.addContentTypeParser('*', (request, payload, done) => {
    const empty = request.headers['content-length'] === '0';
    if (wantsStream(request)) done(null, payload);
    else if (empty)
      done(null, undefined); // a content type without content says nothing
    else done(new Refused('UNSUPPORTED_MEDIA_TYPE', { contentType: request.headers['content-type'] ?? '' }));
  });
}
