import { createReadStream, statSync } from 'node:fs';
import { type Api, CallFailed } from './api.js';

/** Options of `import`, as given on the command line. */
export interface ImportOptions {
  readonly kind?: string | undefined;
  readonly mode?: string | undefined;
  readonly currency?: string | undefined;
  readonly createMissing?: string | undefined;
  readonly mapping?: string | undefined;
  readonly dateFormat?: string | undefined;
}

interface Job {
  id: string;
  status: 'queued' | 'running' | 'completed' | 'failed';
  rows: number;
  accepted: number;
  rejected: number;
  rowsPerSecond?: number;
  etaSeconds?: number;
  progress?: number;
  error?: { code?: string; detail?: string };
}

/** Uploads a file, follows its job to the end, and shows how far it is. @returns the exit code */
export async function importFile(
  api: Api,
  file: string,
  options: ImportOptions,
  print: (line: string, last?: boolean) => void,
): Promise<number> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new CallFailed(`There is no file ${file}.`);
  if (!options.kind) throw new CallFailed('Say what the file holds: --kind=products, customers, suppliers or orders.');
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) if (value !== undefined) query.set(name, value);
  const body = createReadStream(file) as unknown as NonNullable<RequestInit['body']>;
  const response = await api.call(`/api/imports?${query}`, { method: 'POST', body, type: 'text/csv' });
  let job = (await response.json()) as Job;
  while (job.status === 'queued' || job.status === 'running') {
    print(line(job));
    await new Promise((resolve) => setTimeout(resolve, 300));
    job = await api.json<Job>(`/api/imports/${job.id}`);
  }
  print(line(job), true);
  if (job.error) print(`${job.error.detail ?? job.error.code}`, true);
  if (job.rejected > 0) print(`Rejected rows and reasons: npm run orderloom -- rejections ${job.id}`, true);
  return job.status === 'completed' ? 0 : 1;
}

function line({ id, status, rows, accepted, rejected, rowsPerSecond, etaSeconds, progress }: Job): string {
  return [
    id,
    status,
    `${rows} rows`,
    `${accepted} accepted`,
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(progress === undefined ? [] : [`${Math.round(progress * 100)} %`]),
    ...(rowsPerSecond ? [`${Math.round(rowsPerSecond)} rows/s`] : []),
    ...(etaSeconds ? [`${Math.round(etaSeconds)} s left`] : []),
  ].join('  ');
}
