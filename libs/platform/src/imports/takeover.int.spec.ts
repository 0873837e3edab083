import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { eventually, startTestEngines, type TestEngines } from '@orderloom/testing';
import { MongoConnections } from '../mongo/connections.js';
import { createLogger } from '../observe/logger.js';
import { column } from './columns.js';
import { defineImport, type ImportDefinition } from './define.js';
import { ImportService } from './service.js';
import { ImportStore } from './store.js';
import { ImportWorker } from './worker.js';

describe('an import whose worker vanishes', () => {
  let engines: TestEngines;
  let mongo: MongoConnections;
  let folder: string;
  const quiet = createLogger('test', 'silent');
  const workers: ImportWorker[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orderloom-takeover-'));
    engines = await startTestEngines(['documentStore']);
    mongo = new MongoConnections(engines.mongoUrl);
    await mongo.connect();
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await mongo?.close();
    await engines?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['read', 'apply'] as const)(
    'is taken over in stage %s; the late worker writes nothing more',
    async (stage) => {
      const store = new ImportStore(mongo.connection(`takeover_${stage}`));
      const effects = new Map<string, number>();
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let stuck = false;
      const definition = (hang: boolean): ImportDefinition =>
        defineImport({
          kind: 'orders',
          columns: { no: column.text({ required: true }), qty: column.integer({}) },
          ...(stage === 'apply' ? { groupBy: 'no' as const } : {}),
          batchSize: 4,
          async handleBatch(items) {
            for (const { key } of items) effects.set(key, (effects.get(key) ?? 0) + 1);
            if (hang && effects.size >= 8) {
              stuck = true; // as good as dead: its effects are durable, its position is not
              await held;
            }
            return items.map(() => ({ accepted: true }));
          },
        });
      const csv = `no,qty\n${Array.from({ length: 30 }, (_, i) => `N${String(i).padStart(2, '0')},${i}`).join('\n')}\n`;
      const service = new ImportService([definition(true)], store, folder);
      const job = await service.create(
        { kind: 'orders', mode: 'history' },
        Readable.from([csv]),
        { actor: 'a', correlationId: 'c', now: new Date().toISOString(), locale: 'en' },
        undefined,
      );
      // The first worker's clock stands still, so its renewals do not reach the second one's time.
      const begun = Date.now();
      const first = new ImportWorker([definition(true)], store, quiet, () => begun);
      const second = new ImportWorker([definition(false)], store, quiet, () => begun + 60_000);
      workers.push(first, second);
      first.start();
      await eventually(() => stuck, { deadlineMs: 10_000, message: 'the first worker to be in the middle' });
      second.start();
      const view = () => store.jobs.findOne({ _id: job._id });
      await eventually(async () => (await view())?.status === 'completed', {
        deadlineMs: 10_000,
        message: 'the job to end',
      });
      release();
      await first.stop();
      expect(await view()).toMatchObject({ status: 'completed', rows: 30, accepted: 30, rejected: 0 });
      expect(effects.size).toBe(30);
      // Only the batch in hand was done twice, which handlers allow.
      expect([...effects.values()].filter((times) => times > 1)).toHaveLength(4);
    },
  );
});
