/** A running embedded engine. */
export interface Engine {
  /** The connection string that its clients take. */
  readonly url: string;
  readonly port: number;
  /** Stops taking requests, finishes what is in hand, closes the storage. Can be called twice. */
  close(): Promise<void>;
  /** Counters and gauges by name, for metrics and tests. */
  stats(): Record<string, number>;
}

/** What every engine is started with. */
export interface EngineOptions {
  /** The engine's own folder; made when missing. */
  readonly dataDir: string;
  /** 0 or nothing: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1; the engines have no access control, so think before you change it. */
  readonly host?: string;
}
