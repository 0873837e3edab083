import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { u64 } from '../../storage/index.js';
import { decide, type Lookup } from './check.js';
import type { Command, Outcome } from './commands.js';
import { ANY, NO_STREAM, STREAM_EXISTS } from './commands.js';
import { applyLimits, withTruncateBefore } from './metadata.js';
import { RECOGNISED_EVENTS, RecentIds } from './recent-ids.js';
import { Arena, dataOf, encodeRecord, idOf, type ProposedEvent, TOMBSTONE_REVISION } from './record.js';
import {
  encodeRow,
  isMetastream,
  isSoftDeleted,
  loadStream,
  metastreamOf,
  originalOf,
  type StreamState,
} from './stream-state.js';
import { indexKey, readCounter, readU48, streamKey, type Tables, u48, writeCounter } from './tables.js';

const STREAM_COUNTER = 'streams';
const JSON_TYPE = Buffer.from('application/json');
const METADATA_TYPE = Buffer.from('$metadata');
const TOMBSTONE_TYPE = Buffer.from('$streamDeleted');
const NOTHING = Buffer.alloc(0);

export const newEventId = (): Buffer => Buffer.from(randomUUID().replaceAll('-', ''), 'hex');

/** What one transaction added, to be published once it is on disk. */
export interface Written {
  readonly records: Buffer[];
  readonly streams: Set<string>;
}

/**
 * Carries out commands inside a storage transaction. Holds the state of recently used streams as the
 * transaction sees it; after a transaction that failed, {@link reset} forgets all of it.
 */
export class LogWriter {
  private readonly states = new LRUCache<string, StreamState>({ max: 20_000 });
  private readonly ids = new RecentIds();
  private readonly arena = new Arena();
  private nextStream = 0;
  private savedNextStream = 0;
  private position = 0;
  private now = 0;
  private written: Written = { records: [], streams: new Set() };

  constructor(private readonly tables: Tables) {
    this.reset();
  }

  /** The position of the last event written. */
  get lastPosition(): number {
    return this.position;
  }

  reset(): void {
    this.states.clear();
    this.ids.clear();
    this.nextStream = readCounter(this.tables, STREAM_COUNTER) || 1;
    this.savedNextStream = this.nextStream;
    this.position = 0;
    for (const key of this.tables.log.getKeys({ reverse: true, limit: 1, snapshot: false })) {
      this.position = key.readUIntBE(2, 6);
    }
  }

  /** Runs inside a transaction; answers with what to tell each command and what to publish. */
  run(commands: readonly Command[]): { outcomes: Outcome[]; written: Written } {
    this.now = Date.now();
    this.written = { records: [], streams: new Set() };
    const outcomes = commands.map((command) => this.execute(command));
    if (this.nextStream !== this.savedNextStream) {
      writeCounter(this.tables, STREAM_COUNTER, this.nextStream);
      this.savedNextStream = this.nextStream;
    }
    return { outcomes, written: this.written };
  }

  private execute(command: Command): Outcome {
    switch (command.kind) {
      case 'append':
        return this.append(command);
      case 'delete':
        return this.softDelete(command);
      case 'tombstone':
        return this.tombstone(command);
    }
  }

  private append(command: Command): Outcome {
    const { stream, streamBytes, events } = command;
    // A metastream ends with its stream.
    if (isMetastream(stream) && this.find(originalOf(stream))?.tombstoned) return { kind: 'deleted' };
    const known = this.find(stream, streamBytes);
    const decision = decide(known, command.expected, events, this.lookupFor(stream, known));
    if (decision.kind === 'deleted' || decision.kind === 'wrong-version') return decision;
    if (decision.kind === 'repeat') {
      return { kind: 'done', revision: decision.revision, position: this.positionAt(known, decision.revision) };
    }
    if (events.length === 0) return { kind: 'done', revision: known?.last ?? -1, position: this.position };
    const state = known ?? this.create(stream, streamBytes);
    if (isSoftDeleted(state)) this.writeMetadata(state, state.last + 1);
    for (const event of events) this.write(state, event);
    if (isMetastream(stream)) this.limit(originalOf(stream), events[events.length - 1]!.data);
    return { kind: 'done', revision: state.last, position: this.position };
  }

  private softDelete(command: Command): Outcome {
    const state = this.find(command.stream, command.streamBytes);
    if (state?.tombstoned) return { kind: 'deleted' };
    if (state === undefined || state.last < 0) return { kind: 'wrong-version', actual: -1 };
    if (command.expected === STREAM_EXISTS && isSoftDeleted(state)) return { kind: 'deleted' };
    const matches = command.expected === ANY || command.expected === STREAM_EXISTS || command.expected === state.last;
    if (!matches) return { kind: 'wrong-version', actual: state.last };
    this.writeMetadata(state, 'deleted');
    return { kind: 'done', revision: state.last, position: this.position };
  }

  private tombstone(command: Command): Outcome {
    const known = this.find(command.stream, command.streamBytes);
    if (known?.tombstoned) return { kind: 'deleted' };
    const last = known?.last ?? -1;
    const matches =
      command.expected === ANY || (command.expected === STREAM_EXISTS ? last >= 0 : command.expected === last);
    if (!matches) return { kind: 'wrong-version', actual: last };
    const state = known ?? this.create(command.stream, command.streamBytes);
    state.tombstoned = true;
    this.saveRow(state);
    this.record(state, systemEvent(TOMBSTONE_TYPE, NOTHING), TOMBSTONE_REVISION);
    return { kind: 'done', revision: last, position: this.position };
  }

  private find(name: string, bytes: Buffer = Buffer.from(name, 'utf8')): StreamState | undefined {
    const held = this.states.get(name);
    if (held !== undefined) return held;
    const state = loadStream(this.tables, name, Buffer.from(bytes));
    if (state !== undefined) this.states.set(name, state);
    return state;
  }

  private create(name: string, bytes: Buffer = Buffer.from(name, 'utf8')): StreamState {
    const state: StreamState = {
      name,
      // A copy: the bytes given are a view of a much larger request.
      nameBytes: Buffer.from(bytes),
      number: this.nextStream,
      last: NO_STREAM,
      tombstoned: false,
      maxCount: Number.POSITIVE_INFINITY,
      maxAge: Number.POSITIVE_INFINITY,
      truncateBefore: 0,
    };
    this.nextStream += 1;
    this.states.set(name, state);
    this.saveRow(state);
    return state;
  }

  private saveRow(state: StreamState): void {
    void this.tables.streams.put(streamKey(state.nameBytes), encodeRow(state));
  }

  private write(state: StreamState, event: ProposedEvent): void {
    const revision = state.last + 1;
    this.record(state, event, revision);
    void this.tables.index.put(indexKey(state.number, revision), u48(this.position));
    state.last = revision;
    this.ids.add(state.number, event.id, revision);
  }

  private record(state: StreamState, event: ProposedEvent, revision: number): void {
    this.position += 1;
    const { position } = this;
    const target = {
      streamName: state.nameBytes,
      streamNumber: state.number,
      revision,
      position,
      created: this.now,
    };
    const record = encodeRecord(event, target, this.arena);
    void this.tables.log.put(u64(position), record);
    this.written.records.push(record);
    this.written.streams.add(state.name);
  }

  /** Writes the stream's metadata with another `$tb`, keeping the rest of it. */
  private writeMetadata(state: StreamState, truncateBefore: number | 'deleted'): void {
    const name = metastreamOf(state.name);
    const known = this.find(name);
    const current = known === undefined || known.last < 0 ? undefined : this.recordAt(known, known.last);
    const data = withTruncateBefore(current === undefined ? NOTHING : dataOf(current), truncateBefore);
    this.write(known ?? this.create(name), systemEvent(METADATA_TYPE, data));
    this.limit(state.name, data);
  }

  private limit(name: string, data: Buffer): void {
    const state = this.find(name) ?? this.create(name);
    applyLimits(state, data);
    this.saveRow(state);
  }

  private positionAt(state: StreamState | undefined, revision: number): number {
    const at = state === undefined ? undefined : this.tables.index.get(indexKey(state.number, revision));
    return at === undefined ? this.position : readU48(at);
  }

  private recordAt(state: StreamState, revision: number): Buffer | undefined {
    const at = this.tables.index.get(indexKey(state.number, revision));
    return at === undefined ? undefined : this.tables.log.get(u64(readU48(at)));
  }

  private lookupFor(name: string, state: StreamState | undefined): Lookup {
    return {
      hasMetadata: () => (this.find(metastreamOf(name))?.last ?? -1) >= 0,
      idAt: (revision) => {
        const record = state === undefined ? undefined : this.recordAt(state, revision);
        return record === undefined ? undefined : idOf(record);
      },
      revisionOf: (id) =>
        state === undefined ? undefined : this.ids.find(state.number, id, () => this.loadIds(state)),
    };
  }

  private loadIds(state: StreamState): Map<string, number> {
    const ids = new Map<string, number>();
    for (let revision = Math.max(0, state.last - RECOGNISED_EVENTS + 1); revision <= state.last; revision += 1) {
      const record = this.recordAt(state, revision);
      if (record !== undefined) ids.set(idOf(record).toString('latin1', 0, 16), revision);
    }
    return ids;
  }
}

function systemEvent(type: Buffer, data: Buffer): ProposedEvent {
  return { id: newEventId(), type, contentType: JSON_TYPE, customMetadata: NOTHING, data };
}
