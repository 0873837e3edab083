import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDocumentStore } from '@orderloom/embedded/document-store/index';
import { startEventStore } from '@orderloom/embedded/event-store/index';
import { deterministicId, EventStore } from '@orderloom/event-sourcing';
import mongoose from 'mongoose';
import { MongoLease } from './lease.js';
import { ProjectionRunner } from './runner.js';

const metadata = {
  schemaVersion: 1,
  correlationId: 'c',
  causationId: 'c',
  actor: 'ann',
  at: '2024-05-01T10:00:00.000Z',
};
it('bench', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const es = await startEventStore({ dataDir: join(folder, 'e') });
  const ds = await startDocumentStore({ dataDir: join(folder, 'd') });
  const store = EventStore.connect(es.url);
  const out: string[] = [];
  // interleaved: 20 events per order, written in 4 appends of 5
  const N = 3000;
  for (let k = 0; k < 4; k++)
    for (let i = 0; i < N; i += 100)
      await Promise.all(
        Array.from({ length: 100 }, (_, j) =>
          store.append(
            `order-${i + j}`,
            Array.from({ length: 5 }, (_, m) => ({
              id: deterministicId(String(i + j), String(k * 5 + m)),
              type: 'T',
              data: { n: m, text: 'x'.repeat(300), lines: [{ a: 1 }, { b: 2 }] },
              metadata,
            })),
            BigInt(k * 5 - 1),
          ),
        ),
      );
  const connection = await mongoose.createConnection(ds.url, { dbName: 'b' }).asPromise();
  const lease = new MongoLease(connection);
  const runner = new ProjectionRunner<{ _id: string; count: number; text: string }>({
    store,
    connection,
    lease,
    definition: {
      name: 'list',
      version: 1,
      prefixes: ['order-'],
      keyOf: (e) => e.streamId,
      indexes: [{ key: { count: 1 } }],
      evolve: (d, e) => ({
        _id: e.streamId,
        count: (d?.count ?? 0) + 1,
        text: 'x'.repeat(400),
        lines: [
          { sku: 'a', q: 1 },
          { sku: 'b', q: 2 },
        ],
      }),
    },
  });
  let cpu = process.cpuUsage();
  let t = performance.now();
  await runner.start();
  await runner.waitFor(`order-${N - 1}`, 19n, 60000);
  while ((await runner.lag()) > 0) await new Promise((r) => setTimeout(r, 5));
  let c = process.cpuUsage(cpu);
  const n = N * 20;
  out.push(
    `live catch-up ${((n / (performance.now() - t)) * 1000).toFixed(0)}/s cpu ${((c.user + c.system) / n).toFixed(0)} us`,
  );
  for (let r = 0; r < 3; r++) {
    cpu = process.cpuUsage();
    t = performance.now();
    const job = await runner.rebuild();
    await job.done;
    c = process.cpuUsage(cpu);
    out.push(
      `rebuild ${((n / (performance.now() - t)) * 1000).toFixed(0)}/s cpu ${((c.user + c.system) / n).toFixed(0)} us ${JSON.stringify(job.progress)}`,
    );
  }
  cpu = process.cpuUsage();
  await new Promise((r) => setTimeout(r, 5000));
  c = process.cpuUsage(cpu);
  out.push(`idle ${((c.user + c.system) / 50000).toFixed(2)} %`);
  console.log(out.join('\n'));
  await runner.stop();
  await lease.close();
  await connection.close();
  await store.close();
  await ds.close();
  await es.close();
  await rm(folder, { recursive: true });
}, 90000);
