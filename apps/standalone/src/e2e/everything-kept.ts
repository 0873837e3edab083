import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceNames, streamPrefixes, topicOf } from '@orderloom/contracts';
import type { EventStore } from '@orderloom/event-sourcing';
import type { KafkaClient } from '@orderloom/messaging';
import { Binary, MongoClient } from 'mongodb';
import type { Platform } from './platform.js';

/** A text that is kept somewhere. */
export interface Kept {
  readonly where: string;
  readonly text: string;
}

/** Files of the embedded engines: what is in them is read through the engines. */
const ENGINE_FILE = /(\.mdb|lock\.mdb|-lock)$/;

const prefixes = serviceNames.flatMap((service) => streamPrefixes[service]);

/** Everything a platform keeps, as text: documents of every collection, events of every stream, topics, files, the log. */
export async function everythingKept(
  platform: Platform,
  { store, kafka }: { store: EventStore; kafka: KafkaClient },
): Promise<Kept[]> {
  const kept: Kept[] = [];
  await documents(platform.engines.mongodb, kept);
  for await (const { events } of store.readAll({ prefixes })) {
    for (const event of events) {
      kept.push({
        where: `stream ${event.streamId} ${event.type}`,
        text: JSON.stringify([event.data, event.metadata]),
      });
    }
  }
  await kafka.history(
    serviceNames.map((service) => topicOf[service]),
    (event) => void kept.push({ where: `topic ${event.type} of ${event.subject}`, text: JSON.stringify(event) }),
    ({ topic }, error) => {
      throw new Error(`a message of ${topic} cannot be read: ${String(error)}`);
    },
  );
  for (const file of await readdir(platform.dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (!file.isFile() || ENGINE_FILE.test(file.name)) continue;
    kept.push({ where: `file ${path}`, text: (await readFile(path)).toString('utf8') });
  }
  kept.push({ where: 'log', text: platform.process.output() });
  return kept;
}

async function documents(url: string, kept: Kept[]): Promise<void> {
  const client = await new MongoClient(url).connect();
  try {
    const { databases } = await client.db().admin().listDatabases();
    for (const { name } of databases) {
      for (const { name: collection } of await client.db(name).listCollections().toArray()) {
        for await (const document of client.db(name).collection(collection).find({})) {
          kept.push({ where: `${name}.${collection}`, text: JSON.stringify(plain(document)) });
        }
      }
    }
  } finally {
    await client.close();
  }
}

/** Parts of files lie in documents as bytes. */
const plain = (value: unknown): unknown => {
  if (value instanceof Binary) return Buffer.from(value.buffer).toString('utf8');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
};

/** Which words are found where, e.g. `qxname in orderloom_order.orders_v5`; letters of both sizes are one. */
export const found = (kept: readonly Kept[], words: readonly string[]): string[] => {
  const hits = new Set<string>();
  for (const { where, text } of kept) {
    const lower = text.toLowerCase();
    for (const word of words) if (lower.includes(word.toLowerCase())) hits.add(`${word} in ${where}`);
  }
  return [...hits].sort();
};
