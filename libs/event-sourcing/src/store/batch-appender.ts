import { AppendRejected } from '../errors.js';
import type { ExpectedRevision, NewEvent } from '../types.js';
import { type AppendAnswer, encodeAppend } from './append-wire.js';
import { type AppendCall, describeError, isFinalError, type StoreConnection } from './connection.js';

/** It is not known whether the append was written: no answer in time, or the link broke before one came. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  constructor(
    message: string,
    readonly timedOut: boolean,
  ) {
    super(message);
  }
}

/** Servers refuse gRPC messages beyond this, and with them every append in flight on the stream. */
const LARGEST_MESSAGE = 4 * 1024 * 1024 - 1024;

interface Waiting {
  resolve(answer: AppendAnswer): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Sends appends that are in flight at the same time over one batch stream and gives each its own deadline.
 * The client's own `appendToStream` has none, settles nothing when the stream ends cleanly, fails the appends of
 * every other client of the process when one stream breaks, and lets a rejection escape while the link is blocked.
 */
export class BatchAppender {
  readonly #waiting = new Map<number, Waiting>();
  #call: Promise<AppendCall> | null = null;
  #next = 1;

  constructor(readonly connection: StoreConnection) {}

  /**
   * Sends one append once.
   * @throws OutcomeUnknown without an answer in time; AppendRejected when it can never succeed
   */
  async send(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
    deadlineMs: number,
  ): Promise<AppendAnswer> {
    const n = this.#next++;
    const message = encodeAppend(n, stream, events, expected, Date.now() + deadlineMs);
    if (message.length > LARGEST_MESSAGE)
      throw new AppendRejected(`${message.length} bytes are too many for one append`);
    return new Promise<AppendAnswer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(n);
        reject(new OutcomeUnknown(`no answer within ${deadlineMs} ms`, true));
      }, deadlineMs);
      this.#waiting.set(n, { resolve, reject, timer });
      this.#open().then(
        (call) => {
          if (this.#waiting.has(n)) call.write(message);
        },
        (error: unknown) => this.#fail(n, error),
      );
    });
  }

  #open(): Promise<AppendCall> {
    if (this.#call) return this.#call;
    const opening = this.connection.appendCall().then((call) => {
      call.on('data', (answer: AppendAnswer) => this.#answered(answer));
      const over = (error?: Error) => {
        if (this.#call === opening) this.#call = null;
        for (const n of [...this.#waiting.keys()]) this.#fail(n, error ?? new Error('the append stream ended'));
      };
      call.on('error', over);
      // A clean end answers nothing: whoever waits would wait for ever.
      call.on('end', () => {
        over();
        call.end();
      });
      return call;
    });
    this.#call = opening;
    opening.catch(() => {
      if (this.#call === opening) this.#call = null;
    });
    return opening;
  }

  #answered(answer: AppendAnswer): void {
    const waiting = this.#waiting.get(answer.n);
    if (!waiting) return;
    this.#waiting.delete(answer.n);
    clearTimeout(waiting.timer);
    if (answer.kind === 'timeout') waiting.reject(new OutcomeUnknown('the server ran out of time', false));
    else if (answer.kind === 'rejected') waiting.reject(new AppendRejected(answer.reason));
    else waiting.resolve(answer);
  }

  #fail(n: number, error: unknown): void {
    const waiting = this.#waiting.get(n);
    if (!waiting) return;
    this.#waiting.delete(n);
    clearTimeout(waiting.timer);
    const reason = describeError(error);
    waiting.reject(isFinalError(error) ? new AppendRejected(reason) : new OutcomeUnknown(reason, false));
  }
}
