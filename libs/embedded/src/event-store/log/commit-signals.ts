/** Wakes readers that have come to the end, once each; a new wait begins with every call. */
export class CommitSignals {
  private all: (() => void)[] = [];
  private readonly streams = new Map<string, Set<() => void>>();

  /** Resolves with the next commit of any stream, or when `abort` is called. */
  next(): { readonly reached: Promise<void>; readonly abort: () => void } {
    let wake = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.all.push(wake);
    return {
      reached,
      abort: () => {
        this.all = this.all.filter((other) => other !== wake);
        wake();
      },
    };
  }

  /** Resolves with the next commit that touches `stream`, or when `abort` is called. */
  nextOf(stream: string): { readonly reached: Promise<void>; readonly abort: () => void } {
    let wake = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waiting = this.streams.get(stream) ?? new Set();
    waiting.add(wake);
    this.streams.set(stream, waiting);
    return {
      reached,
      abort: () => {
        waiting.delete(wake);
        if (waiting.size === 0 && this.streams.get(stream) === waiting) this.streams.delete(stream);
        wake();
      },
    };
  }

  fire(touched: ReadonlySet<string>): void {
    const all = this.all;
    this.all = [];
    for (const wake of all) wake();
    if (this.streams.size === 0) return;
    for (const stream of touched) {
      const waiting = this.streams.get(stream);
      if (waiting === undefined) continue;
      this.streams.delete(stream);
      for (const wake of waiting) wake();
    }
  }
}
