import type { EventStore } from '@orderloom/event-sourcing';
import { Repository } from '@orderloom/event-sourcing';
import type { Clock } from '@orderloom/platform';
import { type CommandAnswer, type CommandRequest, runCommand } from '@orderloom/service';
import {
  type Configuration,
  type ConfigurationEvent,
  configurationAggregate,
  type Entry,
  removeEntry,
  setEntry,
  type Value,
} from './configuration.js';

/** How old what is read without waiting may be. Another instance's change is seen after this at the latest. */
const FRESH_MS = 2_000;

/** An entry with its value read into the type of its kind. */
export interface Setting<T> {
  readonly name: string;
  readonly version: number;
  /** null: ships with the product */
  readonly changedAt: string | null;
  readonly value: T;
}

/**
 * The entries of one kind, in memory. Reading costs the hot path nothing: `recent` answers at once and looks for
 * changes afterwards. What ships with the product is there as version 1 until a company sets its own.
 */
export class Registry<T extends object> {
  readonly #repository: Repository<Configuration, ConfigurationEvent>;
  #recent: ReadonlyMap<string, Setting<T>>;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(
    store: Pick<EventStore, 'append' | 'read'>,
    readonly kind: string,
    private readonly clock: Pick<Clock, 'millis'>,
    private readonly shipped: Readonly<Record<string, T>> = {},
  ) {
    this.#repository = new Repository(store, configurationAggregate);
    this.#recent = this.#merged(new Map());
  }

  /** Everything as it is now, by name. */
  async all(): Promise<ReadonlyMap<string, Setting<T>>> {
    const { state } = await this.#repository.load(this.kind);
    return this.#remember(state);
  }

  /** Everything as it was a moment ago, without waiting. Starts a look at the store when that is too old. */
  recent(): ReadonlyMap<string, Setting<T>> {
    if (this.clock.millis() - this.#readAt > FRESH_MS && this.#reading === undefined) {
      this.#reading = this.all().then(
        () => {
          this.#reading = undefined;
        },
        () => {
          // What is known stays in use; the next reader tries again.
          this.#reading = undefined;
        },
      );
    }
    return this.#recent;
  }

  async find(name: string): Promise<Setting<T> | undefined> {
    return (await this.all()).get(name);
  }

  /** Every version of an entry that was ever set, oldest first. */
  async versions(name: string): Promise<Setting<T>[]> {
    const found: Setting<T>[] = [];
    const shipped = this.shipped[name];
    if (shipped !== undefined) found.push({ name, version: 1, changedAt: null, value: shipped });
    for (const { type, data, recordedAt } of await this.#repository.history(this.kind)) {
      if (type !== 'EntrySet' || data.name !== name) continue;
      const { version, value } = data as { version: number; value: Value };
      found.push({ name, version, changedAt: recordedAt, value: value as T });
    }
    return found;
  }

  async set(name: string, value: T, request: CommandRequest): Promise<CommandAnswer> {
    const base = this.shipped[name] === undefined ? 0 : 1;
    return this.#run(request, (entries) => setEntry({ name, value: value as unknown as Value, base }, entries), name);
  }

  /** Removes an entry; what ships with the product comes back into force. */
  async remove(name: string, request: CommandRequest): Promise<CommandAnswer> {
    return this.#run(request, (entries) => removeEntry({ name }, entries), name);
  }

  async #run(
    request: CommandRequest,
    decide: (entries: Configuration) => ConfigurationEvent[],
    name: string,
  ): Promise<CommandAnswer> {
    const show = (entries: Configuration): unknown => this.#merged(entries).get(name) ?? null;
    const answer = await runCommand(this.#repository, this.kind, decide, request, show);
    if (!request.dryRun) await this.all();
    return answer;
  }

  #remember(entries: Configuration): ReadonlyMap<string, Setting<T>> {
    this.#recent = this.#merged(entries);
    this.#readAt = this.clock.millis();
    return this.#recent;
  }

  #merged(entries: Configuration): ReadonlyMap<string, Setting<T>> {
    const merged = new Map<string, Setting<T>>();
    for (const [name, value] of Object.entries(this.shipped)) {
      merged.set(name, { name, version: 1, changedAt: null, value });
    }
    for (const entry of entries.values()) if (!entry.removed) merged.set(entry.name, settingOf<T>(entry));
    return merged;
  }
}

/** Values were checked when they were set; nothing else writes these streams. */
const settingOf = <T>({ name, version, changedAt, value }: Entry): Setting<T> => ({
  name,
  version,
  changedAt,
  value: value as T,
});
