/** Time as a dependency. Tests move a clock of their own instead of sleeping. */
export abstract class Clock {
  /** Milliseconds since 1970. */
  abstract millis(): number;
  /** ISO 8601 UTC with milliseconds. */
  now(): string {
    return new Date(this.millis()).toISOString();
  }
}

/** The machine's clock. */
export class SystemClock extends Clock {
  override millis(): number {
    return Date.now();
  }
}
