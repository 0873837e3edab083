/** Of {@link ConsumerOptions}, which says what each is for. */
export const DEFAULTS = {
  sessionTimeoutMs: 20_000,
  heartbeatMs: 5_000,
  rebalanceTimeoutMs: 60_000,
  maxWaitMs: 20_000,
  lingerMs: 80,
  commitMs: 500,
  maxQueued: 4_000,
  stallMs: 300_000,
  maxAttempts: 8,
  backoffMs: 200,
  maxBackoffMs: 15_000,
  drainMs: 10_000,
  parkedPollMs: 1_000,
} as const;
