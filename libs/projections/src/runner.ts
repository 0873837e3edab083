import {
  CheckpointKeeper,
  comparePositions,
  type EventStore,
  Fenced,
  type HeldLease,
  jitteredBackoff,
  type Lease,
  type Logger,
  type LogPosition,
  pause,
  silentLogger,
} from '@orderloom/event-sourcing';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { MongoCheckpoints } from './checkpoints.js';
import type { ProjectedEvent, ProjectionDefinition } from './definition.js';
import { fromRecorded } from './events.js';
import { Generations, type Pointer } from './generations.js';
import { databaseOf } from './mongo.js';
import { type PoisonAlert, recordPoison } from './poison.js';
import { Progress } from './progress.js';
import { CollectionBuild, type RebuildJob } from './rebuild.js';
import { ShownRevisions } from './shown.js';
import { BatchWriter, PoisonedRebuild } from './writer.js';

export interface ProjectionRunnerOptions<D extends { _id: string }> {
  readonly store: Pick<EventStore, 'subscribe' | 'head' | 'behind' | 'read'>;
  readonly connection: Connection;
  readonly definition: ProjectionDefinition<D>;
  readonly lease: Lease;
  readonly logger?: Logger;
  /** Most events of a batch. Default 500. */
  readonly batchSize?: number;
  /** How long a batch may wait to grow, in ms. Default 50. */
  readonly maxWaitMs?: number;
  /** Least time between two checkpoints while busy, in ms. Default 1000. */
  readonly checkpointEveryMs?: number;
  /** Documents kept in memory. Default 2000; 0 when anything but the projection writes the collection. */
  readonly cacheSize?: number;
  readonly onPoison?: PoisonAlert;
}

/** The live collection and who writes it. */
interface Live<D extends { _id: string }> {
  readonly pointer: Pointer;
  readonly writer: BatchWriter<D>;
}

/** The right to write, and what ends it. */
interface Leading {
  readonly lease: HeldLease;
  readonly signal: AbortSignal;
}

/**
 * Keeps a read model of the service's own streams. One process at a time writes (a lease), every process reads.
 * A batch is written and only then its position stored; what a killed process wrote beyond its checkpoint is
 * skipped on repeat by each document's own sequence, which also holds when two processes believe they lead.
 */
export class ProjectionRunner<D extends { _id: string }> {
  readonly name: string;
  readonly #options: ProjectionRunnerOptions<D>;
  readonly #logger: Logger;
  readonly #generations: Generations;
  readonly #checkpoints: MongoCheckpoints;
  readonly #progress = new Progress();
  readonly #shown: ShownRevisions<D>;
  #pointer: Pointer | null = null;
  #pointerReadAt = 0;
  #stop: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();
  #leading: Leading | null = null;
  #pass: { readonly stop: AbortController; done: Promise<void> } | null = null;
  /** While a switch is under way the live pass is over and must not be started again. */
  #switching: Promise<void> | null = null;
  #lastEvent: LogPosition | null = null;
  #job: RebuildJob | null = null;
  #applied = 0;

  constructor(options: ProjectionRunnerOptions<D>) {
    const { definition, connection } = options;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.name = `projection.${definition.name}`;
    this.#generations = new Generations(connection, definition.name, definition.version);
    this.#checkpoints = new MongoCheckpoints(connection);
    this.#shown = new ShownRevisions(() => this.collection());
  }

  /** Opens the read model, so that `collection()` can be read, and starts following in the background. */
  async start(): Promise<void> {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#pointer = await this.#generations.open();
    if (this.#pointer.version === this.#options.definition.version) {
      await this.#generations.createIndexes(this.#pointer.collection, this.#options.definition.indexes);
    }
    this.#running = this.#run(stop.signal);
  }

  /** Finishes the batch in hand, stores the checkpoint, gives the lease back. A rebuild in hand is given up. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#job?.done.catch(() => undefined);
    await this.#running;
    this.#stop = null;
  }

  /** The live collection, for reading. Ask again for every query: a rebuild switches it. */
  collection(): Collection<D> {
    if (!this.#pointer) throw new Error(`${this.name} has not been started`);
    this.#lookForSwitch();
    return databaseOf(this.#options.connection).collection<D>(this.#pointer.collection);
  }

  /** True while this process writes. */
  get leading(): boolean {
    return this.#leading !== null;
  }

  /** Events applied by this process so far. */
  get appliedEvents(): number {
    return this.#applied;
  }

  /** The rebuild started last by this process. */
  get job(): RebuildJob | null {
    return this.#job;
  }

  /** How far the log's last event of these streams is ahead, in log positions (0: everything is applied). */
  async lag(): Promise<number> {
    return this.#options.store.behind(this.#options.definition.prefixes, await this.#reached());
  }

  /**
   * Resolves when the read model holds a stream's revision: read your writes. Usually it is told by the batch that
   * applies it; a revision applied before this process began is found by its position in the log.
   * @throws after the deadline (ms)
   */
  async waitFor(streamId: string, revision: bigint, deadlineMs: number): Promise<void> {
    const until = performance.now() + deadlineMs;
    const left = () => until - performance.now();
    const sequence = Number(revision);
    const seen = () => this.#progress.hasStream(streamId, sequence);
    const key = this.#leading ? undefined : this.#options.definition.keyOfStream?.(streamId);
    if (sequence < 0) return;
    if (key !== undefined) {
      if (await this.#shown.until(key, sequence, deadlineMs)) return;
      throw new Error(`${this.name} did not show ${streamId}@${revision} within ${deadlineMs} ms`);
    }
    if (await this.#progress.until(seen, Math.min(40, left()))) return;
    const [event] = await this.#options.store.read(streamId, { from: revision, until: revision });
    const position = event?.position;
    const reached = () => seen() || (position !== undefined && this.#progress.hasPosition(position));
    while (left() > 0) {
      if (await this.#progress.until(reached, this.#leading ? left() : Math.min(100, left()))) return;
      const stored = this.#leading ? null : await this.#reached();
      if (position && stored && comparePositions(stored, position) >= 0) return;
    }
    throw new Error(`${this.name} did not reach ${streamId}@${revision} within ${deadlineMs} ms`);
  }

  /**
   * Builds the read model anew beside the live one and switches when it has caught up; reads and the live one go
   * on meanwhile. Runs in the process that leads.
   * @throws when this process does not lead within 15 s, or a rebuild is running already
   */
  async rebuild(): Promise<RebuildJob> {
    if (this.#job?.status === 'running') throw new Error(`${this.name} is being rebuilt already`);
    const until = Date.now() + 15_000;
    while (!this.#leading && Date.now() < until) await pause(50, this.#stop?.signal);
    const leading = this.#leading;
    if (!leading) throw new Error(`${this.name} is led by another process: rebuild it there`);
    return this.#startRebuild(leading);
  }

  async #reached(): Promise<LogPosition | null> {
    if (this.#leading) return this.#progress.position;
    const pointer = await this.#generations.pointer();
    return pointer ? ((await this.#checkpoints.load(this.#checkpointOf(pointer)))?.position ?? null) : null;
  }

  /** Another process may have switched: looked up behind reads, at most every two seconds. */
  #lookForSwitch(): void {
    if (this.#leading || Date.now() - this.#pointerReadAt < 2_000) return;
    this.#pointerReadAt = Date.now();
    this.#generations.pointer().then(
      (pointer) => {
        if (pointer && !this.#leading) this.#pointer = pointer;
      },
      () => undefined,
    );
  }

  readonly #checkpointOf = (pointer: Pointer): string => `projection.${pointer.collection}`;

  #writerFor(collection: string, strict: boolean): BatchWriter<D> {
    const { definition, connection, onPoison, cacheSize, store } = this.#options;
    const record = recordPoison(connection, this.#logger, onPoison);
    return new BatchWriter<D>({
      definition,
      collection: this.#generations.collection(collection),
      onPoison: (poison) => {
        if (strict) throw new PoisonedRebuild(poison);
        return record(poison);
      },
      reread: async (stream, from, until): Promise<ProjectedEvent[]> =>
        (await store.read(stream, { from: BigInt(from), until: BigInt(until) })).map(fromRecorded),
      exclusive: strict,
      cacheSize: strict ? 10_000 : (cacheSize ?? 2_000),
      logger: this.#logger,
    });
  }

  async #run(stop: AbortSignal): Promise<void> {
    const backoff = jitteredBackoff(100, 5_000);
    while (!stop.aborted) {
      let lease: HeldLease | null = null;
      try {
        lease = await this.#options.lease.acquire(this.name, stop);
        await this.#lead(lease, stop, () => backoff.reset());
      } catch (error) {
        if (stop.aborted && !lease) return;
        if (error instanceof Fenced) this.#logger.warn({ projection: this.name }, error.message);
        else this.#logger.error({ projection: this.name, err: error }, 'projection interrupted');
      } finally {
        this.#leading = null;
        await lease?.release().catch(() => undefined);
      }
      if (!stop.aborted) await pause(backoff.next(), stop);
    }
  }

  async #lead(lease: HeldLease, stop: AbortSignal, healthy: () => void): Promise<void> {
    this.#pointer = await this.#generations.open();
    await this.#generations.dropOthers([this.#pointer.collection]);
    const leading = { lease, signal: AbortSignal.any([stop, lease.lost]) };
    this.#progress.resumeFrom((await this.#checkpoints.load(this.#checkpointOf(this.#pointer)))?.position ?? null);
    this.#leading = leading;
    this.#logger.info({ projection: this.name, epoch: lease.epoch.toString() }, 'projection leads');
    if (this.#pointer.version !== this.#options.definition.version) await this.#rebuildForVersion(leading);
    while (!leading.signal.aborted) {
      const live = { pointer: this.#pointer, writer: this.#writerFor(this.#pointer.collection, false) };
      const pass = new AbortController();
      const done = this.#follow(live, lease, AbortSignal.any([leading.signal, pass.signal]), healthy);
      this.#pass = { stop: pass, done };
      await done;
      this.#pass = null;
      await this.#switching;
    }
    await this.#job?.done.catch(() => undefined);
    if (lease.lost.aborted && !stop.aborted) throw new Fenced(this.name, lease.epoch);
  }

  /** A new version reads the old one's collection until its own is built. What stops the build is not tried in a hurry. */
  async #rebuildForVersion(leading: Leading): Promise<void> {
    try {
      await this.#startRebuild(leading).done;
    } catch (error) {
      await pause(60_000, leading.signal);
      throw error;
    }
  }

  /** Follows the log into the live collection until told to end. */
  async #follow(live: Live<D>, lease: HeldLease, end: AbortSignal, healthy: () => void): Promise<void> {
    const { store, definition, batchSize = 500, maxWaitMs = 50, checkpointEveryMs = 1_000 } = this.#options;
    const checkpoint = this.#checkpointOf(live.pointer);
    const keeper = new CheckpointKeeper(checkpoint, this.#checkpoints, lease, checkpointEveryMs);
    const from = (await this.#checkpoints.load(checkpoint))?.position ?? null;
    const signal = AbortSignal.any([end, keeper.failed]);
    try {
      for await (const batch of store.subscribe({
        prefixes: definition.prefixes,
        from,
        batchSize,
        maxWaitMs,
        signal,
      })) {
        if (lease.lost.aborted || keeper.failed.aborted) break;
        const events = batch.events.map(fromRecorded);
        await live.writer.apply(events);
        this.#applied += events.length;
        this.#lastEvent = batch.events.at(-1)?.position ?? this.#lastEvent;
        this.#progress.applied(events, batch.position);
        if (batch.position) keeper.reached(batch.position);
        healthy();
        if (end.aborted) break;
      }
    } finally {
      if (!lease.lost.aborted) await keeper.flush();
    }
  }

  #startRebuild(leading: Leading): RebuildJob {
    const { definition, store } = this.#options;
    const from = this.#pointer;
    if (!from) throw new Error(`${this.name} has not been started`);
    const generation = from.generation + 1;
    const collection = this.#generations.nameOf(generation);
    const stop = new AbortController();
    const signal = AbortSignal.any([leading.signal, stop.signal]);
    const writer = this.#writerFor(collection, true);
    const prepare = definition.prepare
      ? (events: readonly ProjectedEvent[]) => definition.prepare?.(events) ?? Promise.resolve()
      : undefined;
    const build = new CollectionBuild<D>(store, definition.prefixes, writer, prepare, signal);
    let status: RebuildJob['status'] = 'running';
    let failure: unknown;
    const run = async () => {
      try {
        await this.#generations.dropOthers([from.collection]);
        await build.catchUp();
        await this.#generations.createIndexes(collection, definition.indexes);
        await this.#switch(from, generation, build, leading.lease);
        status = 'completed';
        this.#logger.info({ projection: this.name, ...build.progress }, 'rebuilt');
      } catch (error) {
        status = stop.signal.aborted ? 'cancelled' : 'failed';
        failure = error;
        this.#logger.error({ projection: this.name, err: error, ...build.progress }, `rebuild ${status}`);
        throw error;
      } finally {
        await build.close();
      }
    };
    const done = run();
    done.catch(() => undefined);
    this.#job = {
      name: definition.name,
      collection,
      done,
      get status() {
        return status;
      },
      get progress() {
        return build.progress;
      },
      get error() {
        return failure;
      },
      cancel: async () => {
        stop.abort();
        await done.catch(() => undefined);
      },
    };
    return this.#job;
  }

  async #dropRetired(): Promise<void> {
    if (!this.#leading || !this.#pointer || this.#job?.status === 'running') return;
    await this.#generations.dropOthers([this.#pointer.collection]);
  }

  /** Ends the live pass, brings the new collection to where it was, and lets the next pass go on with that. */
  async #switch(from: Pointer, generation: number, build: CollectionBuild<D>, lease: HeldLease): Promise<void> {
    let proceed = () => {};
    this.#switching = new Promise((resolve) => {
      proceed = resolve;
    });
    try {
      this.#pass?.stop.abort();
      await this.#pass?.done.catch(() => undefined);
      await build.reach(this.#lastEvent);
      const position = build.position;
      const next = { ...from, collection: this.#generations.nameOf(generation) };
      if (position) await this.#checkpoints.store(this.#checkpointOf(next), position, lease.epoch);
      this.#pointer = await this.#generations.switchTo(from, generation);
      this.#progress.resumeFrom(position);
      // Queries that began before the switch may still read the old one.
      setTimeout(() => void this.#dropRetired().catch(() => undefined), 60_000).unref();
    } finally {
      this.#switching = null;
      proceed();
    }
  }
}
