import { LRUCache } from 'lru-cache';
import { jitteredBackoff, pause } from './backoff.js';
import type { Command, Loaded } from './command.js';
import { type Decided, decideGroup } from './decide-group.js';
import { AppendRejected, RevisionConflict, TooManyConflicts, WrongExpectedRevision } from './errors.js';
import type { EventStore } from './store/event-store.js';
import {
  type Aggregate,
  type Appended,
  type CommandContext,
  type DomainEvent,
  type LogPosition,
  NO_STREAM_REVISION,
  type RecordedEvent,
  type StreamRevision,
} from './types.js';
import { upcast } from './upcasting.js';

/** What a command did. `events` is empty and `changed` false when it was a repeat. */
export interface Handled<S, E extends DomainEvent> {
  readonly id: string;
  readonly events: readonly RecordedEvent<E>[];
  readonly state: S;
  readonly revision: StreamRevision;
  readonly previousRevision: StreamRevision;
  /** Of the append; absent when nothing was appended. */
  readonly position?: LogPosition;
  readonly changed: boolean;
}

/** Outcome of one command of `handleMany`, in the order given. */
export type Settled<S, E extends DomainEvent> =
  | { readonly ok: true; readonly value: Handled<S, E> }
  | { readonly ok: false; readonly id: string; readonly error: unknown };

/** What a command would do. */
export interface Preview<S, E extends DomainEvent> {
  readonly events: readonly E[];
  readonly before: S;
  readonly after: S;
  readonly revision: StreamRevision;
}

export interface RepositoryOptions {
  /** Folded aggregates kept in memory. Default 5000; 0 keeps none. */
  readonly cacheSize?: number;
  /** Appends tried on one stream while other writers keep winning. Default 10. */
  readonly maxAttempts?: number;
}

interface Waiting<S, E extends DomainEvent> {
  readonly command: Command<S, E>;
  settle(outcome: Settled<S, E>): void;
}

/** What a stream of the aggregate holds is what its deciders yielded, upcast: the aggregate's own golden files say so. */
const asDomainEvent = <E extends DomainEvent>(event: RecordedEvent<E>): E => event as unknown as E;

/** Commands of one stream that share an append; more wait for the next. */
const LARGEST_GROUP = 100;

/**
 * Loads, decides, appends. Commands of one stream that arrive while an append of it is in flight wait for it and
 * then share the next one, so a hot aggregate costs one append per round trip, not one conflict per command. A
 * cached state needs no read: the append's expected revision proves it fresh. What an append cannot prove, a
 * refusal or "nothing to do", is checked against the stream before it is believed.
 */
export class Repository<S, E extends DomainEvent> {
  readonly #cache: LRUCache<string, Loaded<S>> | null;
  readonly #queues = new Map<string, Waiting<S, E>[]>();
  readonly #maxAttempts: number;

  constructor(
    readonly store: Pick<EventStore, 'append' | 'read'>,
    readonly aggregate: Aggregate<S, E>,
    options: RepositoryOptions = {},
  ) {
    const size = options.cacheSize ?? 5_000;
    this.#cache = size > 0 ? new LRUCache({ max: size }) : null;
    this.#maxAttempts = options.maxAttempts ?? 10;
  }

  /** Stream of an aggregate. */
  streamOf(id: string): string {
    return `${this.aggregate.prefix}-${id}`;
  }

  /** Current state, checked against the stream; revision -1 when there is none. */
  async load(id: string): Promise<Loaded<S>> {
    const stream = this.streamOf(id);
    return this.#refresh(stream, this.#cache?.get(stream) ?? this.#nothing());
  }

  /** Takes a state that was folded elsewhere from the same events, so that the next command need not read the stream. */
  learn(id: string, state: S, revision: bigint): void {
    this.#remember(this.streamOf(id), { state, revision });
  }

  /** State as it was recorded at a time (ISO 8601 UTC, inclusive). */
  async at(id: string, time: string): Promise<Loaded<S>> {
    const limit = Date.parse(time);
    let { state, revision } = this.#nothing();
    for (const event of await this.history(id)) {
      if (Date.parse(event.recordedAt) > limit) break;
      state = this.aggregate.evolve(state, asDomainEvent<E>(event), event.recordedAt);
      revision = event.revision;
    }
    return { state, revision };
  }

  /** Every event, oldest first, in its newest shape; [] when there is none. */
  async history(id: string): Promise<RecordedEvent<E>[]> {
    return this.#read(this.streamOf(id), 0n);
  }

  /**
   * Runs one command.
   * @throws what `decide` throws; RevisionConflict when `expectedRevision` is not the stream's; TooManyConflicts;
   * StoreUnavailable (repeat the same command: with a `causationId` it has one effect)
   */
  async handle(id: string, decide: (state: S) => readonly E[], context: CommandContext): Promise<Handled<S, E>> {
    const settled = await this.#enqueue({ id, decide, context });
    if (settled.ok) return settled.value;
    throw settled.error;
  }

  /**
   * Runs many commands: one append per stream, streams concurrently, the commands of one stream in the order
   * given. A command that is refused does not spoil the others. Never rejects.
   */
  handleMany(commands: readonly Command<S, E>[]): Promise<Settled<S, E>[]> {
    return Promise.all(commands.map((command) => this.#enqueue(command)));
  }

  /** What a command would do now; nothing is appended. @throws what `decide` throws, RevisionConflict */
  async preview(
    id: string,
    decide: (state: S) => readonly E[],
    context?: Partial<CommandContext>,
  ): Promise<Preview<S, E>> {
    const { state: before, revision } = await this.load(id);
    const expected = context?.expectedRevision;
    if (expected !== undefined && expected !== revision)
      throw await this.#conflict(this.streamOf(id), expected, revision);
    const at = context?.now ?? new Date().toISOString();
    const events = decide(before);
    const after = events.reduce((state, event) => this.aggregate.evolve(state, event, at), before);
    return { events, before, after, revision };
  }

  #nothing(): Loaded<S> {
    return { state: this.aggregate.initial(), revision: NO_STREAM_REVISION };
  }

  async #read(stream: string, from: bigint): Promise<RecordedEvent<E>[]> {
    const events = await this.store.read(stream, { from });
    return events.map((event) => upcast(this.aggregate.upcasters, event) as RecordedEvent<E>);
  }

  /** Folds what the stream has beyond `known`, and remembers it. */
  async #refresh(stream: string, known: Loaded<S>): Promise<Loaded<S>> {
    const delta = await this.#read(stream, known.revision + 1n);
    if (delta.length === 0) return known;
    let { state, revision } = known;
    for (const event of delta) {
      state = this.aggregate.evolve(state, asDomainEvent<E>(event), event.recordedAt);
      revision = event.revision;
    }
    return this.#remember(stream, { state, revision });
  }

  /** Never replaces a newer state: a slow reader may come back after an append. */
  #remember(stream: string, loaded: Loaded<S>): Loaded<S> {
    const cached = this.#cache?.peek(stream);
    if (!cached || cached.revision < loaded.revision) this.#cache?.set(stream, loaded);
    return loaded;
  }

  async #conflict(stream: string, expected: bigint, actual: bigint): Promise<RevisionConflict> {
    const since = await this.#read(stream, expected < 0n ? 0n : expected + 1n);
    return new RevisionConflict(stream, expected, since.at(-1)?.revision ?? actual, since);
  }

  #enqueue(command: Command<S, E>): Promise<Settled<S, E>> {
    const stream = this.streamOf(command.id);
    return new Promise((settle) => {
      const queue = this.#queues.get(stream);
      if (queue) {
        queue.push({ command, settle });
        return;
      }
      this.#queues.set(stream, [{ command, settle }]);
      void this.#drain(stream);
    });
  }

  async #drain(stream: string): Promise<void> {
    // The caller's other commands for this stream are queued before the first is decided.
    await null;
    for (let queue = this.#queues.get(stream); queue && queue.length > 0; queue = this.#queues.get(stream)) {
      await this.#settleGroup(stream, queue.splice(0, LARGEST_GROUP));
    }
    this.#queues.delete(stream);
  }

  async #settleGroup(stream: string, group: readonly Waiting<S, E>[]): Promise<void> {
    try {
      await this.#runGroup(stream, group);
    } catch (error) {
      // Whether it was written is not known here: the next command reads the stream.
      this.#cache?.delete(stream);
      if (error instanceof AppendRejected && group.length > 1) {
        for (const waiting of group) await this.#settleGroup(stream, [waiting]);
      } else {
        for (const { command, settle } of group) settle({ ok: false, id: command.id, error });
      }
    }
  }

  async #runGroup(stream: string, group: readonly Waiting<S, E>[]): Promise<void> {
    const commands = group.map(({ command }) => command);
    let known = this.#cache?.get(stream);
    let proven = false;
    if (!known && commands.every(({ context }) => context.expectNew)) known = this.#nothing();
    if (!known) {
      known = await this.#refresh(stream, this.#nothing());
      proven = true;
    }
    const backoff = jitteredBackoff(4, 200);
    for (let attempt = 1; attempt <= this.#maxAttempts; attempt++) {
      let decided = decideGroup(this.aggregate, stream, commands, known);
      if (decided.doubtful && !proven) {
        const fresh = await this.#refresh(stream, known);
        proven = true;
        if (fresh.revision !== known.revision) {
          known = fresh;
          decided = decideGroup(this.aggregate, stream, commands, known);
        }
      }
      if (decided.events.length === 0) return this.#settle(stream, group, decided);
      try {
        const appended = await this.store.append(stream, decided.events, known.revision);
        this.#remember(stream, { state: decided.state, revision: appended.revision });
        return await this.#settle(stream, group, decided, appended);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        known = await this.#refresh(stream, known);
        proven = true;
        if (attempt > 1) await pause(backoff.next());
      }
    }
    throw new TooManyConflicts(stream, this.#maxAttempts);
  }

  async #settle(
    stream: string,
    group: readonly Waiting<S, E>[],
    decided: Decided<S, E>,
    appended?: Appended,
  ): Promise<void> {
    const position = appended?.position ?? { commit: 0n, prepare: 0n };
    for (const [index, { command, settle }] of group.entries()) {
      const { id } = command;
      const outcome = decided.outcomes[index];
      if (!outcome) continue;
      if (outcome.kind === 'refused') settle({ ok: false, id, error: outcome.error });
      else if (outcome.kind === 'conflict') {
        const conflict = this.#conflict(stream, outcome.expected, outcome.actual);
        conflict.then(
          (error) => settle({ ok: false, id, error }),
          (error: unknown) => settle({ ok: false, id, error }),
        );
      } else {
        const events = outcome.events.map((event) => ({ ...event, position }));
        const changed = events.length > 0;
        const { state, revision, previousRevision } = outcome;
        const done = { id, events, state, revision, previousRevision, changed };
        settle({ ok: true, value: changed && appended?.position ? { ...done, position } : done });
      }
    }
  }
}
