import type { ApiName, Request, Response } from './protocol/apis.js';

/** What a handler knows of the request's surroundings. */
export interface Context {
  readonly version: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** The address that the client reached the broker at. */
  readonly localHost: string;
  /** `call` runs when the client sends another request before this one is answered; returns how to undo it. */
  onHurry(call: () => void): () => void;
  /** `call` runs when the connection ends; returns how to undo it. */
  onClose(call: () => void): () => void;
  /** Ends the connection. */
  drop(): void;
}

/** Nothing is sent for undefined. */
export type Reply<T> = T | undefined | Promise<T | undefined>;

export type Handler<N extends ApiName> = (request: Request<N>, context: Context) => Reply<Response<N>>;

/** Some of the handlers, by API. */
export type Handlers<N extends ApiName> = { readonly [K in N]: Handler<K> };
