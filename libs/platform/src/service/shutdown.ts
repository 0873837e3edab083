import type { Logger } from '../observe/logger.js';

/**
 * The order in which a service stops. Intake has already stopped when the first phase begins; a phase begins
 * when the one before has ended, and the hooks of one phase run side by side.
 */
export const shutdownPhases = ['intake', 'consumers', 'workers', 'relays', 'projections', 'stores'] as const;

/** One step of an orderly stop. */
export type ShutdownPhase = (typeof shutdownPhases)[number];

interface Hook {
  phase: ShutdownPhase;
  name: string;
  stop(): Promise<void> | void;
}

/**
 * Stops what a service runs, in order. Nest's `onModuleDestroy` and `beforeApplicationShutdown` run while
 * consumers still handle messages, so nothing that they need may be closed there: register it here instead.
 */
export class Shutdown {
  private readonly hooks: Hook[] = [];
  private running: Promise<void> | undefined;
  private begun = false;

  constructor(
    private readonly logger: Logger,
    /** Longest time all phases together may take, milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /** True from the moment the service began to stop: readiness is false, no new work is taken on. */
  get stopping(): boolean {
    return this.begun;
  }

  /** Adds a hook. Hooks of one phase run side by side, phases one after another. */
  register(phase: ShutdownPhase, name: string, stop: () => Promise<void> | void): void {
    this.hooks.push({ phase, name, stop });
  }

  /** Turns readiness off; everything goes on working. */
  begin(): void {
    this.begun = true;
  }

  /** Runs every hook once, however often it is called. Never rejects: a failing hook is logged, the rest go on. */
  run(): Promise<void> {
    this.begun = true;
    this.running ??= this.stopAll();
    return this.running;
  }

  private async stopAll(): Promise<void> {
    const deadline = Date.now() + this.timeoutMs;
    for (const phase of shutdownPhases) {
      const hooks = this.hooks.filter((hook) => hook.phase === phase);
      await Promise.all(hooks.map((hook) => this.stopOne(hook, deadline)));
    }
  }

  private async stopOne(hook: Hook, deadline: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    // Stores get a moment even when the time is used up: leaving them open would keep the process alive.
    const left = Math.max(deadline - Date.now(), hook.phase === 'stores' ? 1000 : 50);
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), left);
    });
    try {
      const stopped = Promise.resolve(hook.stop());
      if ((await Promise.race([stopped, late])) === 'late') {
        stopped.catch(() => {});
        this.logger.warn({ phase: hook.phase, hook: hook.name }, 'did not stop in time');
      }
    } catch (error) {
      this.logger.error({ err: error, phase: hook.phase, hook: hook.name }, 'failed to stop');
    } finally {
      clearTimeout(timer);
    }
  }
}
