import { connect, type Socket } from 'node:net';

/** An answer, and how long it took. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/**
 * One kept-alive HTTP/1.1 connection with one request at a time, and no more than that: on a machine that is shared
 * with what is measured, a client that works less leaves more to measure.
 */
export class HttpClient {
  #socket: Socket | undefined;
  #received: Buffer[] = [];
  #size = 0;
  #expected = -1;
  #bodyAt = 0;
  #answered: ((answer: { status: number; body: string }) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  readonly #host: string;
  readonly #port: number;

  constructor(
    url: string,
    private readonly token: string,
  ) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
  }

  /** @throws when the connection breaks */
  async request(method: string, path: string, body = '', headers = ''): Promise<Answer> {
    const begun = performance.now();
    this.#socket ??= this.#connect();
    const socket = this.#socket;
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      const length =
        body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
      socket.write(
        `${method} ${path} HTTP/1.1\r\nhost: ${this.#host}\r\nauthorization: Bearer ${this.token}\r\n${headers}${length}\r\n${body}`,
      );
    });
    return { ...answer, ms: performance.now() - begun };
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => {
      this.#socket = undefined;
      this.#failed?.(new Error('the server closed the connection'));
    });
    return socket;
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#expected < 0) {
      const text = Buffer.concat(this.#received);
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(text.toString('latin1', 0, end))?.[1];
      if (length === undefined) {
        this.#failed?.(new Error('an answer without content-length'));
        return;
      }
      this.#bodyAt = end + 4;
      this.#expected = this.#bodyAt + Number(length);
    }
    if (this.#size < this.#expected) return;
    const text = Buffer.concat(this.#received);
    const status = Number(text.toString('latin1', 9, 12));
    const body = text.toString('utf8', this.#bodyAt, this.#expected);
    this.#received = [];
    this.#size = 0;
    this.#expected = -1;
    const answered = this.#answered;
    this.#answered = undefined;
    this.#failed = undefined;
    answered?.({ status, body });
  }
}
