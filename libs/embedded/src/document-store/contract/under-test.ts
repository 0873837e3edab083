import { randomUUID } from 'node:crypto';
import { type Db, MongoClient, type MongoServerError } from 'mongodb';
import { temporaryFolder } from '../../contract/temporary.js';
import { startDocumentStore } from '../index.js';

export interface DocumentStoreUnderTest {
  readonly url: string;
  readonly client: MongoClient;
  /** A database of its own, dropped at the end. */
  readonly db: Db;
  /** True: the embedded engine; false: the server that MONGODB_URL names. */
  readonly embedded: boolean;
  /** Longest time a TTL index may take. */
  readonly ttlDeadlineMs: number;
  stop(): Promise<void>;
}

/** The server that `MONGODB_URL` names (a replica set), else an embedded one on a folder of its own. */
export async function documentStoreUnderTest(): Promise<DocumentStoreUnderTest> {
  const given = process.env['MONGODB_URL'];
  const folder = await temporaryFolder();
  const engine = given ? undefined : await startDocumentStore({ dataDir: folder.path, ttlIntervalMs: 100 });
  const url = given || (engine?.url ?? '');
  const client = await new MongoClient(url).connect();
  const db = client.db(`contract_${randomUUID().slice(0, 8)}`);
  return {
    url,
    client,
    db,
    embedded: !given,
    ttlDeadlineMs: given ? 70_000 : 5_000,
    stop: async () => {
      await db.dropDatabase();
      await client.close();
      await engine?.close();
      await folder.remove();
    },
  };
}

/** The error a promise is rejected with; fails when it is not. */
export async function failure(promise: Promise<unknown>): Promise<MongoServerError> {
  try {
    await promise;
  } catch (error) {
    return error as MongoServerError;
  }
  throw new Error('Expected the operation to be refused');
}

/** Waits until `check` holds. @throws with `message` when it does not in time */
export async function eventually(check: () => Promise<boolean>, message: string, deadlineMs = 5_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`After ${deadlineMs} ms: ${message}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
