import { Readable } from 'node:stream';
import { Refused } from '@orderloom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Longest webhook that is read. */
const LONGEST = 1_000_000;

/** Keeps the body of one route as it came: a signature is over bytes, not over what a parser makes of them. */
export class RawBodies {
  readonly #bodies = new WeakMap<object, string>();

  constructor(fastify: FastifyInstance, route: string) {
    fastify.addHook('preParsing', async (request, _reply, payload) => {
      if (request.routeOptions.url !== route) return payload;
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of payload) {
        const bytes = Buffer.from(chunk as Uint8Array);
        length += bytes.length;
        if (length > LONGEST) throw new Refused('PAYLOAD_TOO_LARGE');
        chunks.push(bytes);
      }
      const whole = Buffer.concat(chunks);
      this.#bodies.set(request.raw, whole.toString('utf8'));
      const again = Readable.from(whole.length === 0 ? [] : [whole], { objectMode: false });
      // Fastify compares it with the content-length.
      return Object.assign(again, { receivedEncodedLength: whole.length });
    });
  }

  /** Empty when there was none. */
  of(request: FastifyRequest): string {
    return this.#bodies.get(request.raw) ?? '';
  }
}
