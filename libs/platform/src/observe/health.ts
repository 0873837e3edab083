/** Result of one check. */
export interface CheckResult {
  status: 'up' | 'down';
  /** Why it is down. Holds no secrets: connection strings are not repeated. */
  reason?: string;
}

interface Check {
  name: string;
  run(): Promise<void> | void;
}

const CHECK_TIMEOUT_MS = 2000;

/** Readiness of a service: the checks of everything it cannot work without. */
export class Health {
  private readonly checks: Check[] = [];
  private blocked: string | undefined = 'starting';

  /** Adds a check; it throws (or rejects) when the thing is down. */
  register(name: string, run: () => Promise<void> | void): void {
    this.checks.push({ name, run });
  }

  /** Makes the service unready for a reason (`starting`, `stopping`); `undefined` lifts it. */
  block(reason: string | undefined): void {
    this.blocked = reason;
  }

  /** Runs every check, each with a deadline of 2 s. */
  async report(): Promise<{ status: 'up' | 'down'; checks: Record<string, CheckResult> }> {
    const checks: Record<string, CheckResult> = {};
    if (this.blocked) checks['service'] = { status: 'down', reason: this.blocked };
    await Promise.all(
      this.checks.map(async (check) => {
        checks[check.name] = await runCheck(check);
      }),
    );
    const down = Object.values(checks).some((check) => check.status === 'down');
    return { status: down ? 'down' : 'up', checks };
  }
}

async function runCheck(check: Check): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
    });
    await Promise.race([Promise.resolve().then(() => check.run()), late]);
    return { status: 'up' };
  } catch (error) {
    return { status: 'down', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
