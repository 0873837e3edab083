/** What an instance of a service does: `api` answers requests, `worker` also does the work behind them, `all` both. */
export const roles = ['all', 'api', 'worker'] as const;

/**
 * The part this instance plays. Instances that only answer can be many and small, and what goes on behind the requests
 * does not make callers wait.
 */
export class Role {
  constructor(readonly name: (typeof roles)[number] = 'all') {}

  /** True when this instance consumes, publishes, projects and works off jobs. */
  get works(): boolean {
    return this.name !== 'api';
  }
}
