import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc: fixed at 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What one process has used so far. */
export interface ProcessUsage {
  readonly pid: number;
  readonly name: string;
  /** CPU time, user and system, ms. */
  readonly cpuMs: number;
  /** Memory in RAM, MB; mapped file pages included. */
  readonly residentMb: number;
  /** The part of it that is not backed by a file, MB. */
  readonly anonymousMb: number;
}

/** The process and everything it started, from /proc; null where there is no /proc. */
export function usageOfTree(root: number): ProcessUsage[] | null {
  const parents = new Map<number, number>();
  try {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const stat = fieldsOfStat(Number(entry));
      if (stat) parents.set(Number(entry), Number(stat[1]));
    }
  } catch {
    return null;
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree.flatMap((pid) => usageOfProcess(pid) ?? []);
}

function usageOfProcess(pid: number): ProcessUsage | undefined {
  const stat = fieldsOfStat(pid);
  if (!stat) return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024;
    const ticks = Number(stat[11]) + Number(stat[12]);
    return {
      pid,
      name: nameOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')),
      cpuMs: (ticks * 1000) / TICKS_PER_SECOND,
      residentMb: megabytes('VmRSS'),
      anonymousMb: megabytes('RssAnon'),
    };
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat from the state on; undefined when the process is gone. */
function fieldsOfStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** A short name for a node process: what it runs. */
function nameOf(command: readonly string[]): string {
  const script = command.slice(1).find((part) => part.endsWith('.js')) ?? command[0] ?? '';
  const parts = script.split('/');
  const name = parts.at(-1) === 'main.js' ? parts.slice(-3).join('/') : (parts.at(-1) ?? '');
  return name.replace(/\/?dist\//, '/').replace(/\.js$/, '');
}

/** CPU time (ms) each process of a later look used since an earlier one, by name. */
export function cpuBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[]): Record<string, number> {
  const used: Record<string, number> = {};
  for (const { pid, name, cpuMs } of after) {
    const earlier = before.find((one) => one.pid === pid)?.cpuMs ?? 0;
    used[name] = (used[name] ?? 0) + cpuMs - earlier;
  }
  return used;
}
