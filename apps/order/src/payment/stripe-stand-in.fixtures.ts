import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

/** A server on loopback, at a free port. */
class Listening {
  readonly server: Server;

  constructor(answer: (request: IncomingMessage, body: string, response: ServerResponse) => void | Promise<void>) {
    this.server = createServer((request, response) => {
      textOf(request)
        .then((body) => answer(request, body, response))
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Speaks as much of Stripe's API as is used, in its shapes. */
export class StripeStandIn extends Listening {
  readonly calls: { method: string; url: string; body: URLSearchParams; key: string | undefined }[] = [];
  readonly sessions = new Map<string, Record<string, unknown>>();
  readonly byKey = new Map<string, string>();
  status = 'requires_payment_method';

  constructor() {
    super((request, text, response) => {
      const body = new URLSearchParams(text);
      const key = request.headers['idempotency-key'];
      const method = request.method ?? '';
      const url = (request.url ?? '').split('?')[0] ?? '';
      this.calls.push({ method, url, body, key: typeof key === 'string' ? key : undefined });
      const { status, answer } = this.#answer(method, url, body, String(key));
      response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1' });
      response.end(JSON.stringify(answer));
    });
  }

  #answer(method: string, url: string, body: URLSearchParams, key: string): { status: number; answer: unknown } {
    for (const [name, value] of body) {
      if (/amount/.test(name) && !/^\d+$/.test(value)) return refused(`Invalid integer: ${name}`);
    }
    if (method === 'POST' && url === '/v1/checkout/sessions') return fine(this.#open(body, key));
    const [, , kind, id, verb] = url.split('/');
    if (kind === 'checkout') return fine(this.#session(url.split('/')[4] ?? ''));
    if (kind === 'payment_intents' && id !== undefined && method === 'POST') {
      return fine(intent(id, verb === 'capture' ? 'succeeded' : 'canceled'));
    }
    if (method === 'GET' && kind === 'refunds') return fine({ object: 'list', data: [], has_more: false });
    if (method === 'POST' && kind === 'refunds') {
      return fine({ id: 're_1', object: 'refund', status: 'succeeded', created: 1_772_000_000, metadata: {} });
    }
    return refused(`no ${method} ${url}`);
  }

  #open(body: URLSearchParams, key: string): object {
    const id = this.byKey.get(key) ?? `cs_${this.sessions.size + 1}`;
    this.byKey.set(key, id);
    const session = { id, object: 'checkout.session', status: 'open', url: `https://checkout.example/${id}` };
    this.sessions.set(id, { ...session, paymentId: body.get('metadata[id]') });
    return session;
  }

  #session(id: string): object {
    return { id, object: 'checkout.session', status: 'complete', payment_intent: intent('pi_1', this.status) };
  }
}

const intent = (id: string, status: string) => ({ id, object: 'payment_intent', status, created: 1_772_000_000 });
const fine = (answer: unknown) => ({ status: 200, answer });
const refused = (message: string) => ({ status: 400, answer: { error: { type: 'invalid_request_error', message } } });

/**
 * Stands before stripe-mock, whose API description is one version behind the client's: of everything that is sent, that
 * version names one parameter otherwise (docs.stripe.com/changelog/endive/2026-09-30). All else passes as it is.
 */
export class StripeMockFront extends Listening {
  constructor(mock: string) {
    super(async (request, text, response) => {
      const body = text.replaceAll('allowed_payment_method_types', 'payment_method_types');
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name) ? [[name, value]] : [],
      );
      const method = request.method ?? 'GET';
      const answer = await fetch(`${mock}${request.url ?? ''}`, {
        method,
        headers,
        ...(method === 'POST' ? { body } : {}),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    });
  }
}
