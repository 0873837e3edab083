import { Agent, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, request as send } from 'node:http';

/** Sends a request on to the service behind a route and its answer back. */
export interface Target {
  /**
   * @param correlationId put on the request, so that the whole way of it can be followed
   * @param unavailable called when the service cannot be reached and nothing was answered yet
   */
  forward(request: IncomingMessage, response: ServerResponse, correlationId: string, unavailable: () => void): void;
  /** Fetches a JSON document of the service, with the caller's own token. @throws when it does not answer with one */
  json(path: string, headers: IncomingHttpHeaders): Promise<unknown>;
}

/** Hop-by-hop headers (RFC 9110 §7.6.1) belong to one connection and are not passed on. */
const hopByHop = new Set([
  'connection',
  // Answered by this server already.
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A service that neither takes nor sends a byte for this long is given up. */
const SILENCE_MS = 60_000;

/** After an early answer the client may send for this long before its connection is closed. */
const LINGER_MS = 2_000;

/** A service reached over HTTP, with connections kept open. */
export function httpTarget(base: string, silenceMs = SILENCE_MS): Target {
  const { hostname, port, protocol } = new URL(base);
  if (protocol !== 'http:') throw new Error(`${base} must be an http:// address inside the cluster`);
  const agent = new Agent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' });
  const to = { agent, hostname, port: port || 80, timeout: silenceMs };

  function pass(
    request: IncomingMessage,
    response: ServerResponse,
    headers: IncomingHttpHeaders,
    unavailable: () => void,
    again: boolean,
  ): void {
    let answered = false;
    const upstream = send({ ...to, method: request.method, path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      answer.pipe(response);
      answer.once('end', () => {
        answered = true;
      });
      // Half an answer must not look like a whole one.
      answer.once('aborted', () => response.destroy());
    });
    upstream.once('timeout', () => upstream.destroy(new Error('the service is silent')));
    upstream.once('error', () => {
      // A service may answer before it has read the whole of an upload, and then hang up.
      if (answered || response.destroyed) return;
      if (response.headersSent) response.destroy();
      // A kept connection that the service closed just when it was used again: nothing of the request was seen.
      else if (!again && upstream.reusedSocket && !hasBody(request))
        pass(request, response, headers, unavailable, true);
      else unavailable();
    });
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    if (!hasBody(request)) {
      upstream.end();
      return;
    }
    request.pipe(upstream);
    // What the service did not want to read is read here and dropped: unread, it would block the connection for ever.
    upstream.once('close', () => {
      request.unpipe(upstream);
      request.resume();
      if (!request.complete) setTimeout(() => request.complete || request.destroy(), LINGER_MS).unref();
    });
  }

  return {
    forward(request, response, correlationId, unavailable) {
      const headers: IncomingHttpHeaders = { ...passedOn(request.headers), 'x-correlation-id': correlationId };
      // Said for every method: Node sends the body of a GET or DELETE unframed otherwise, and the service would take it
      // for the next request.
      if (request.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked';
      pass(request, response, headers, unavailable, false);
    },
    async json(path, headers) {
      const answer = await fetch(new URL(path, base), {
        headers: { authorization: headers.authorization ?? '', 'accept-language': headers['accept-language'] ?? '' },
        signal: AbortSignal.timeout(5000),
      });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return answer.json();
    },
  };
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** What a service in the same process offers. */
export interface LocalService {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a GET with JSON. */
  get(path: string, headers: IncomingHttpHeaders): Promise<unknown>;
}

/** A service in the same process: the request is handed over as it is, without another trip through a socket. */
export function localTarget(service: LocalService): Target {
  return {
    forward(request, response, correlationId) {
      request.headers['x-correlation-id'] = correlationId;
      service.handle(request, response);
    },
    json: (path, headers) => service.get(path, headers),
  };
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  const kept: IncomingHttpHeaders = {};
  for (const name in headers) if (!hopByHop.has(name) && !named.includes(name)) kept[name] = headers[name];
  return kept;
}
