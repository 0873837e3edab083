import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** One file of the sample and how it is imported. */
export interface SampleStep {
  readonly kind: 'suppliers' | 'products' | 'customers' | 'orders';
  readonly query: string;
}

/** Goods and customers as they are today, the order book as what has happened: its orders are not shipped again. */
export const sampleSteps: readonly SampleStep[] = [
  { kind: 'suppliers', query: 'mode=live' },
  { kind: 'products', query: 'mode=live&currency=USD' },
  { kind: 'customers', query: 'mode=live' },
  { kind: 'orders', query: 'mode=history&currency=USD' },
];

/** How far the sample is loaded. */
export interface SampleProgress {
  status: 'none' | 'running' | 'completed' | 'failed';
  steps: {
    kind: string;
    status: string;
    rows: number;
    accepted: number;
    rejected: number;
    rowsPerSecond?: number;
    etaSeconds?: number;
  }[];
  error?: string;
}

interface Job {
  id: string;
  status: string;
  rows: number;
  accepted: number;
  rejected: number;
  rowsPerSecond?: number;
  etaSeconds?: number;
}

/** Sends a request to the public interface, e.g. `fetch` with the address and token filled in. */
export type Call = (path: string, init?: { method: string; body: Readable }) => Promise<unknown>;

/** Imports the sample through the public interface, one file after another, since orders name products and customers. */
export class SampleLoader {
  private progress: SampleProgress = { status: 'none', steps: [] };

  constructor(
    private readonly dir: string,
    private readonly call: Call,
    private readonly pollMs = 300,
  ) {}

  /** True when the sample's files are there. */
  async available(): Promise<boolean> {
    return access(join(this.dir, 'orders.csv')).then(
      () => true,
      () => false,
    );
  }

  get state(): SampleProgress {
    return this.progress;
  }

  /** Starts to load unless it is being loaded; loading it again changes nothing, since imports find what is there. */
  start(): SampleProgress {
    if (this.progress.status === 'running') return this.progress;
    this.progress = {
      status: 'running',
      steps: sampleSteps.map(({ kind }) => ({ kind, status: 'queued', rows: 0, accepted: 0, rejected: 0 })),
    };
    void this.load().then(
      () => {
        this.progress.status = 'completed';
      },
      (error: unknown) => {
        this.progress.status = 'failed';
        this.progress.error = error instanceof Error ? error.message : String(error);
      },
    );
    return this.progress;
  }

  private async load(): Promise<void> {
    for (const [index, { kind, query }] of sampleSteps.entries()) {
      const body = createReadStream(join(this.dir, `${kind}.csv`));
      let job = (await this.call(`/api/imports?kind=${kind}&${query}`, { method: 'POST', body })) as Job;
      for (;;) {
        const { status, rows, accepted, rejected, rowsPerSecond, etaSeconds } = job;
        this.progress.steps[index] = {
          kind,
          status,
          rows,
          accepted,
          rejected,
          ...(rowsPerSecond === undefined ? {} : { rowsPerSecond }),
          ...(etaSeconds === undefined ? {} : { etaSeconds }),
        };
        if (status === 'completed') break;
        if (status === 'failed') throw new Error(`the import of ${kind} failed; see /api/imports/${job.id}`);
        await new Promise((resolve) => setTimeout(resolve, this.pollMs));
        job = (await this.call(`/api/imports/${job.id}`)) as Job;
      }
    }
  }
}
