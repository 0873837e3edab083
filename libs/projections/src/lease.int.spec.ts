import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDocumentStore } from '@orderloom/embedded/document-store/index';
import mongoose, { type Connection } from 'mongoose';
import { MongoLease } from './lease.js';
import { thisProcess } from './machine.js';
import { databaseOf } from './mongo.js';

interface StoredLease {
  _id: string;
  owner: string | null;
  holder: ReturnType<typeof thisProcess>;
  epoch: number;
  beat: number;
}

const ttlMs = 400;
let folder: string;
let engine: Awaited<ReturnType<typeof startDocumentStore>>;
let connection: Connection;
const leases: MongoLease[] = [];
const make = () => {
  const lease = new MongoLease(connection, { ttlMs });
  leases.push(lease);
  return lease;
};
const stored = () => databaseOf(connection).collection<StoredLease>('_leases');
const lost = (signal: AbortSignal) => (signal.aborted ? Promise.resolve() : once(signal, 'abort'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderloom-lease-'));
  engine = await startDocumentStore({ dataDir: folder });
  connection = await mongoose.createConnection(engine.url, { dbName: 'orderloom_test' }).asPromise();
});
afterEach(async () => {
  await Promise.all(leases.splice(0).map((lease) => lease.close()));
});
afterAll(async () => {
  await connection.close();
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

it('has one holder at a time, and each has a higher epoch than the one before', async () => {
  const [a, b] = [make(), make()];
  const first = await a.acquire('one');
  let second: Awaited<ReturnType<MongoLease['acquire']>> | null = null;
  const waiting = b.acquire('one').then((held) => {
    second = held;
    return held;
  });
  // Longer than a time-to-live: the holder's renewals keep it.
  await new Promise((resolve) => setTimeout(resolve, ttlMs * 1.5));
  expect(second).toBeNull();
  expect(first.lost.aborted).toBe(false);
  await first.release();
  expect((await waiting).epoch).toBe(first.epoch + 1n);
  expect(first.lost.aborted).toBe(true);
});

it('passes on from a holder that went silent, after a whole time-to-live', async () => {
  const holder = { machine: 'elsewhere', pid: 1, started: '1' };
  await stored().insertOne({ _id: 'silent', owner: 'somebody', holder, epoch: 7, beat: 3 });
  const started = performance.now();
  const held = await make().acquire('silent');
  expect(performance.now() - started).toBeGreaterThanOrEqual(ttlMs * 0.95);
  expect(held.epoch).toBe(8n);
});

it('is taken without waiting from a process of this machine that has ended', async () => {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  const holder = { ...thisProcess(), pid: child.pid ?? 0, started: '12345' };
  await stored().insertOne({ _id: 'dead', owner: 'somebody', holder, epoch: 2, beat: 0 });
  const started = performance.now();
  const held = await make().acquire('dead');
  expect(held.epoch).toBe(3n);
  if (holder.machine) expect(performance.now() - started).toBeLessThan(ttlMs / 2);
});

it('is lost as soon as a renewal finds another owner, and only that one is', async () => {
  const lease = make();
  const [taken, kept] = [await lease.acquire('taken'), await lease.acquire('kept')];
  await stored().updateOne({ _id: 'taken' }, { $set: { owner: 'another', epoch: 99 } });
  await lost(taken.lost);
  expect(kept.lost.aborted).toBe(false);
});

it('gives up waiting when told to', async () => {
  await make().acquire('held');
  const stop = new AbortController();
  const waiting = make().acquire('held', stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
