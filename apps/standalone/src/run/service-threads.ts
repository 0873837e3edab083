import { Worker } from 'node:worker_threads';
import { httpTarget, type Target } from '@orderloom/gateway/routing/forward';
import { CannotStart } from './cannot-start.js';

/** The services that act on what order and its callers have recorded. */
export const followers = ['inventory', 'logistics', 'notification', 'analytics', 'customer'] as const;
export type ThreadService = 'order' | (typeof followers)[number];

type Env = Readonly<Record<string, string | undefined>>;

/** What a thread is to run. */
export interface ThreadTask {
  readonly services: readonly ThreadService[];
  readonly env: Env;
  /** Added to the thread's nice value: how far it stands back when the machine is full. */
  readonly standsBack: number;
}

/** What a thread tells: where each service listens, or why it could not start. */
export type ThreadNews = { readonly urls: Readonly<Record<string, string>> } | { readonly failure: string };

export interface ServiceThread<N extends ThreadService> {
  /** Fulfilled when all of its services are ready. @throws CannotStart with their own sentence */
  readonly targets: Promise<Readonly<Record<N, Target>>>;
  /** Lets them finish what they have in hand. */
  stop(): Promise<void>;
}

/** Space for young objects: half of V8's default takes 15 MB less per thread and was measured to cost no CPU time. */
const YOUNG_MB = 24;

/**
 * Runs services in a thread of their own: a core more for them, and the memory of a process less.
 * @param onGone called when the thread has ended and was not asked to
 */
export function runServiceThread<N extends ThreadService>(
  services: readonly N[],
  task: Omit<ThreadTask, 'services'>,
  onGone: (error: Error) => void,
): ServiceThread<N> {
  const workerData: ThreadTask = { services, ...task };
  const thread = new Worker(new URL('./service-thread-main.js', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  let failure: Error | undefined;
  thread.on('error', (error) => {
    failure = error;
  });
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  let stopping = false;
  const targets = started(thread, services).then((urls) => {
    void exited.then(() => {
      if (!stopping) onGone(failure ?? new Error(`The thread of ${services.join(', ')} has ended; see the log above.`));
    });
    return Object.fromEntries(services.map((name) => [name, httpTarget(urls[name] ?? '')])) as Record<N, Target>;
  });
  // Whoever stops before they have started does not ask for the targets.
  targets.catch(() => undefined);
  return {
    targets,
    stop: () => {
      stopping = true;
      thread.postMessage('stop');
      return exited;
    },
  };
}

function started(thread: Worker, services: readonly string[]): Promise<Readonly<Record<string, string>>> {
  return new Promise((resolve, reject) => {
    thread.once('message', (told: ThreadNews) => {
      if ('urls' in told) resolve(told.urls);
      else reject(new CannotStart(told.failure));
    });
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new CannotStart(`${services.join(', ')} ended with code ${code}.`)));
  });
}
