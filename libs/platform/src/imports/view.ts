import { type Locale, messages, text } from '@orderloom/contracts';
import type { JobDocument, Rejection } from './store.js';

/** A job as clients see it. */
export interface ImportView {
  id: string;
  kind: string;
  mode: string;
  /** nothing was made of its rows: only what cannot be read was looked for */
  dryRun?: true;
  status: string;
  rows: number;
  accepted: number;
  rejected: number;
  rowsPerSecond: number;
  /** Seconds until it is done, as far as can be told; absent when nothing can be told or it is over. */
  etaSeconds?: number;
  /** 0–1. */
  progress: number;
  bytes: number;
  sha256: string;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  error?: { code: string; detail: string };
  links: { self: string; rejections: string };
}

// A kind with groups reads the file once and then applies what was read; the second part takes most of the time.
const READ_SHARE = 0.2;

const partDone = (job: JobDocument, grouped: boolean): number => {
  if (job.status === 'completed') return 1;
  const read = job.file.bytes === 0 ? 1 : Math.min(1, job.bytesRead / job.file.bytes);
  if (!grouped) return read;
  if (job.stage === 'read') return READ_SHARE * read;
  return READ_SHARE + (1 - READ_SHARE) * (job.rows === 0 ? 1 : (job.accepted + job.rejected) / job.rows);
};

/** Shows a job in the reader's language. */
export function viewOf(job: JobDocument, grouped: boolean, locale: Locale): ImportView {
  const progress = Math.min(1, partDone(job, grouped));
  const seconds = job.workedMs / 1000;
  const running = job.status === 'running' || job.status === 'queued';
  return {
    id: job._id,
    kind: job.kind,
    mode: job.options.mode,
    ...(job.options.dryRun === true ? { dryRun: true as const } : {}),
    status: job.status,
    rows: job.rows,
    accepted: job.accepted,
    rejected: job.rejected,
    rowsPerSecond: seconds > 0 ? Math.round((job.accepted + job.rejected) / seconds) : 0,
    ...(running && progress > 0 && seconds > 0 ? { etaSeconds: Math.ceil((seconds * (1 - progress)) / progress) } : {}),
    progress: Math.round(progress * 1000) / 1000,
    bytes: job.file.bytes,
    sha256: job.file.sha256,
    createdAt: job.createdAt,
    ...(job.startedAt ? { startedAt: job.startedAt } : {}),
    ...(job.finishedAt ? { finishedAt: job.finishedAt } : {}),
    ...(job.error ? { error: { code: job.error.code, detail: text(job.error.code, locale, job.error.details) } } : {}),
    links: { self: `/api/imports/${job._id}`, rejections: `/api/imports/${job._id}/rejections` },
  };
}

const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** One CSV record (RFC 4180), with its line end. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(quote).join(',')}\r\n`;

/** The rejections as CSV: row number, codes, the reasons in the reader's language, then the row as it was. */
export async function* rejectionsCsv(
  header: readonly string[],
  rejections: AsyncIterable<Rejection>,
  locale: Locale,
): AsyncGenerator<string> {
  yield csvLine(['row', 'code', 'reason', ...header]);
  let lines: string[] = [];
  for await (const { row, cells, problems } of rejections) {
    const known = problems.filter(({ code }) => Object.hasOwn(messages, code));
    const reasons = known.map(({ code, details }) => text(code, locale, details)).join(' ');
    lines.push(csvLine([String(row), problems.map(({ code }) => code).join(' '), reasons, ...cells]));
    if (lines.length < 200) continue;
    yield lines.join('');
    lines = [];
  }
  if (lines.length > 0) yield lines.join('');
}
