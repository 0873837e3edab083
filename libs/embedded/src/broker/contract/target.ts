import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, type ITopicConfig, Kafka, logLevel } from 'kafkajs';
import { startBroker } from '../index.js';

/** The broker under test: the one in KAFKA_BROKERS, else an embedded one in a folder of its own. */
export interface Target {
  /** host:port */
  readonly address: string;
  readonly embedded: boolean;
  kafka(): Kafka;
  close(): Promise<void>;
}

export async function openTarget(): Promise<Target> {
  const given = process.env['KAFKA_BROKERS']?.split(',')[0];
  const kafka = (address: string) => (): Kafka =>
    new Kafka({
      clientId: 'contract',
      brokers: [address],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50, retries: 8 },
    });
  if (given !== undefined && given !== '') {
    return { address: given, embedded: false, kafka: kafka(given), close: async () => undefined };
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'orderloom-broker-'));
  const engine = await startBroker({ dataDir });
  return {
    address: engine.url,
    embedded: true,
    kafka: kafka(engine.url),
    close: async () => {
      await engine.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A name that no other test uses, also not in an earlier run against the same broker. */
export const fresh = (what: string): string => `${what}-${randomUUID()}`;

/** Polls until `check` gives something truthy. */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  deadlineMs = 15_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Makes topics and waits until the broker serves them: on a real one that takes a moment longer than the
 * answer, more than kafkajs' own `waitForLeaders` allows for.
 *
 * @returns false when one of them is there already
 */
export async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<boolean> {
  const made = await admin.createTopics({ topics, waitForLeaders: false });
  for (const { topic } of topics) {
    await until(`${topic} is served`, () =>
      admin
        .fetchTopicOffsets(topic)
        .then((found) => found.length > 0)
        .catch(() => false),
    );
  }
  return made;
}
