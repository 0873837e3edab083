import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who a process is, so that another on the same machine can tell that it is gone. */
export interface ProcessIdentity {
  /** Host, boot and process-id namespace; empty where that cannot be told. */
  readonly machine: string;
  readonly pid: number;
  /** When the process started, in the kernel's own count; empty where that cannot be told. */
  readonly started: string;
}

const attempt = (read: () => string): string => {
  try {
    return read();
  } catch {
    return '';
  }
};

const startOf = (pid: number): string =>
  attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  });

/** This process. */
export function thisProcess(): ProcessIdentity {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
  const machine = boot && namespace ? `${hostname()}/${boot}/${namespace}` : '';
  return { machine, pid: process.pid, started: startOf(process.pid) };
}

/** True only when the process certainly runs no more. Another machine's processes never do so certainly. */
export function isCertainlyGone(other: ProcessIdentity, me: ProcessIdentity): boolean {
  if (!me.machine || other.machine !== me.machine || !other.started) return false;
  return startOf(other.pid) !== other.started;
}
