import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { jest } from '@jest/globals';
import { startTestEngines, type TestEngines } from '@orderloom/testing';
import mongoose, { type Connection } from 'mongoose';
import { MongoLease } from './lease.js';
import { thisProcess } from './machine.js';
import { databaseOf } from './mongo.js';

// Engines start slowly on a busy machine.
jest.setTimeout(60_000);

interface StoredLease {
  _id: string;
  owner: string | null;
  holder: ReturnType<typeof thisProcess>;
  epoch: number;
  beat: number;
}

/** Long enough that a busy machine does not lose a lease by being slow. */
const ttlMs = 2_000;
let engines: TestEngines;
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
  engines = await startTestEngines(['documentStore']);
  connection = await mongoose
    .createConnection(engines.mongoUrl, { dbName: `orderloom_test_${process.pid}_${Date.now()}` })
    .asPromise();
});
afterEach(async () => {
  await Promise.all(leases.splice(0).map((lease) => lease.close()));
});
afterAll(async () => {
  await connection.close();
  await engines.close();
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
  await new Promise((resolve) => setTimeout(resolve, ttlMs * 1.2));
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

it('is taken again at once by the one that gave it up while nobody could be told', async () => {
  const lease = new MongoLease(connection, { ttlMs: 600_000 });
  leases.push(lease);
  const first = await lease.acquire('swallowed');
  await first.release();
  await stored().updateOne({ _id: 'swallowed' }, { $set: { owner: lease.owner } });
  const second = await lease.acquire('swallowed');
  expect(second.epoch).toBe(first.epoch + 1n);
});

it('gives up waiting when told to', async () => {
  await make().acquire('held');
  const stop = new AbortController();
  const waiting = make().acquire('held', stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
