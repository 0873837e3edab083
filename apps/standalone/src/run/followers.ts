import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { httpTarget, type Target } from '@orderloom/gateway/routing/forward';
import { CannotStart } from './cannot-start.js';

/** The services that act on what order and its callers have recorded. */
export const followerNames = ['inventory', 'logistics', 'notification', 'analytics', 'customer'] as const;
export type FollowerName = (typeof followerNames)[number];

/** What the process tells its parent: where each service listens, or why it could not start. */
export type FollowersNews = { readonly urls: Readonly<Record<FollowerName, string>> } | { readonly failure: string };

export interface RunningFollowers {
  /** Fulfilled when all of them are ready. @throws CannotStart with their own sentence */
  readonly targets: Promise<Readonly<Record<FollowerName, Target>>>;
  /** Lets them finish what they have in hand. */
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./followers-main.js', import.meta.url));

/** Runs the five services that follow in a process of their own. */
export function runFollowers(
  env: Readonly<Record<string, string | undefined>>,
  onGone: (error: Error) => void,
): RunningFollowers {
  // Detached: Ctrl-C in a terminal reaches the whole group, and this process stops them in its own order.
  const child = fork(ENTRY, [], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let stopping = false;
  const targets = started(child).then((urls) => {
    child.once('exit', () => {
      if (!stopping) onGone(new Error('The process of the services behind order has ended; see the log above.'));
    });
    return Object.fromEntries(followerNames.map((name) => [name, httpTarget(urls[name])])) as Record<
      FollowerName,
      Target
    >;
  });
  // Whoever stops before they have started does not ask for the targets.
  targets.catch(() => undefined);
  return {
    targets,
    stop: () => {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return exited;
    },
  };
}

function started(child: ChildProcess): Promise<Readonly<Record<FollowerName, string>>> {
  return new Promise((resolve, reject) => {
    child.once('message', (news) => {
      const told = news as FollowersNews;
      if ('urls' in told) resolve(told.urls);
      else reject(new CannotStart(told.failure));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new CannotStart(`The services behind order ended with code ${code}.`)));
  });
}
