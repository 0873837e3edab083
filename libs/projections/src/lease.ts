import { randomUUID } from 'node:crypto';
import { type HeldLease, type Lease, type Logger, pause, silentLogger } from '@orderloom/event-sourcing';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { isCertainlyGone, type ProcessIdentity, thisProcess } from './machine.js';
import { databaseOf, isDuplicateKey } from './mongo.js';

export interface MongoLeaseOptions {
  /** A holder that is silent for this long has lost its leases. Default 20000 ms. */
  readonly ttlMs?: number;
  /** Name of the holder, unique per instance of this class. Default random. */
  readonly owner?: string;
  /** Take leases of a process of this machine that has ended without waiting. Default true. */
  readonly takeFromTheDead?: boolean;
  /** False for an instance that never leads: whoever asks it for a lease waits until it is told to stop. Default true. */
  readonly candidate?: boolean;
  readonly logger?: Logger;
}

interface StoredLease {
  _id: string;
  owner: string | null;
  holder: ProcessIdentity;
  /** Rises with every holder, never falls. */
  epoch: number;
  /** Rises with every renewal: a watcher sees that the holder lives. */
  beat: number;
}

interface Held {
  readonly lease: HeldLease;
  readonly lost: AbortController;
}

/**
 * Leases in the collection `_leases`. No clocks are compared, so no skew matters: the holder raises `beat`, and a
 * candidate takes over only after it has itself watched one beat for a whole time-to-live. The holder counts from
 * the moment it *sent* its last successful renewal, so it gives up before anybody else may take over. All leases of
 * one instance are renewed by one update.
 */
export class MongoLease implements Lease {
  readonly owner: string;
  readonly #ttlMs: number;
  readonly #logger: Logger;
  readonly #takeFromTheDead: boolean;
  readonly #candidate: boolean;
  readonly #me = thisProcess();
  readonly #held = new Map<string, Held>();
  readonly #closing = new AbortController();
  #renewals: NodeJS.Timeout | null = null;
  #lastRenewal = 0;
  #renewing: Promise<void> | null = null;

  constructor(
    readonly connection: Connection,
    options: MongoLeaseOptions = {},
  ) {
    this.owner = options.owner ?? randomUUID();
    this.#ttlMs = options.ttlMs ?? 20_000;
    this.#logger = options.logger ?? silentLogger;
    this.#takeFromTheDead = options.takeFromTheDead ?? true;
    this.#candidate = options.candidate ?? true;
  }

  async acquire(name: string, signal?: AbortSignal): Promise<HeldLease> {
    const stop = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    if (!this.#candidate) await stopped(stop);
    let seen = { epoch: -1, beat: -1, since: 0 };
    for (;;) {
      stop.throwIfAborted();
      const now = performance.now();
      const found = await this.#collection().findOne({ _id: name });
      if (!found) {
        const epoch = await this.#insert(name);
        if (epoch !== null) return this.#hold(name, epoch, now);
      } else {
        const { epoch, beat } = found;
        // Counted from after the answer: the holder's own count began before it.
        if (seen.epoch !== epoch || seen.beat !== beat) seen = { epoch, beat, since: performance.now() };
        // Its own, lost or given up: an outage may have swallowed the word that it is free.
        const free = found.owner === null || (found.owner === this.owner && !this.#held.has(name));
        const silent = now - seen.since >= this.#ttlMs;
        const gone = this.#takeFromTheDead && isCertainlyGone(found.holder, this.#me);
        if ((free || silent || gone) && (await this.#take(found))) return this.#hold(name, found.epoch + 1, now);
      }
      await pause(Math.min(1_000, this.#ttlMs / 8), stop);
    }
  }

  /** Gives every lease back. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the leases are closed'));
    await Promise.allSettled([...this.#held.values()].map(({ lease }) => lease.release()));
  }

  async #insert(name: string): Promise<number | null> {
    try {
      await this.#collection().insertOne({ _id: name, owner: this.owner, holder: this.#me, epoch: 1, beat: 0 });
      return 1;
    } catch (error) {
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }

  async #take({ _id, epoch, beat }: StoredLease): Promise<boolean> {
    const taken = { owner: this.owner, holder: this.#me, epoch: epoch + 1, beat: 0 };
    const { matchedCount } = await this.#collection().updateOne({ _id, epoch, beat }, { $set: taken });
    return matchedCount === 1;
  }

  #hold(name: string, epoch: number, since: number): HeldLease {
    const lost = new AbortController();
    const lease: HeldLease = {
      epoch: BigInt(epoch),
      lost: lost.signal,
      renew: () => this.#renew(),
      release: () => this.#release(name, epoch),
    };
    if (this.#held.size === 0) this.#lastRenewal = since;
    this.#held.set(name, { lease, lost });
    this.#renewals ??= setInterval(() => void this.#tick(), this.#ttlMs / 3);
    this.#logger.debug({ lease: name, epoch }, 'lease held');
    return lease;
  }

  async #release(name: string, epoch: number): Promise<void> {
    const held = this.#held.get(name);
    if (held?.lease.epoch !== BigInt(epoch)) return;
    this.#held.delete(name);
    held.lost.abort(new Error(`lease ${name} was released`));
    if (this.#held.size === 0 && this.#renewals) {
      clearInterval(this.#renewals);
      this.#renewals = null;
    }
    await this.#collection().updateOne({ _id: name, epoch, owner: this.owner }, { $set: { owner: null } });
  }

  async #tick(): Promise<void> {
    // Half a renewal interval early: a candidate must never find the lease silent while the holder believes in it.
    if (performance.now() - this.#lastRenewal > this.#ttlMs * 0.85) this.#loseAll('not renewed in time');
    await this.#renew().catch((error: unknown) => this.#logger.warn({ err: error }, 'leases not renewed'));
  }

  /** One update for all leases held; those that another has taken are lost. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const names = [...this.#held.keys()];
    if (names.length === 0) return;
    const sent = performance.now();
    const mine = { _id: { $in: names }, owner: this.owner };
    const late = setTimeout(
      () => this.#loseAll('not renewed in time'),
      Math.max(0, this.#lastRenewal + this.#ttlMs * 0.85 - sent),
    );
    try {
      const { matchedCount } = await this.#collection().updateMany(mine, { $inc: { beat: 1 } });
      this.#lastRenewal = sent;
      if (matchedCount === names.length) return;
      const left = new Set((await this.#collection().find(mine).toArray()).map(({ _id }) => _id));
      for (const name of names) if (!left.has(name)) this.#lose(name, 'taken over');
    } finally {
      clearTimeout(late);
    }
  }

  #loseAll(why: string): void {
    for (const name of [...this.#held.keys()]) this.#lose(name, why);
  }

  #lose(name: string, why: string): void {
    const held = this.#held.get(name);
    if (!held) return;
    this.#held.delete(name);
    this.#logger.warn({ lease: name, epoch: held.lease.epoch.toString() }, `lease lost: ${why}`);
    held.lost.abort(new Error(`lease ${name} was lost: ${why}`));
    if (this.#held.size === 0 && this.#renewals) {
      clearInterval(this.#renewals);
      this.#renewals = null;
    }
  }

  #collection(): Collection<StoredLease> {
    return databaseOf(this.connection).collection<StoredLease>('_leases');
  }
}

/** Rejects when the signal says so. */
const stopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
