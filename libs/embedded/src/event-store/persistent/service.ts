import type { IncomingHttpHeaders } from 'node:http2';
import type { Call, CallHandlers } from '../grpc/call.js';
import { GrpcError, Status } from '../grpc/status.js';
import type { EventLog } from '../log/event-log.js';
import { Reader, Writer } from '../protobuf.js';
import { invalid } from '../streams/errors.js';
import { decodeFilter } from '../streams/filter.js';
import { Consumer } from './consumer.js';
import { Group } from './group.js';
import { GroupStore, MAX_ADDRESS_BYTES, type StoredGroup } from './group-store.js';
import { writeInfo } from './info.js';
import {
  decodeAddressed,
  decodeDefinition,
  decodeList,
  decodeVerdict,
  type GroupAddress,
  type GroupDefinition,
  optionsOf,
} from './requests.js';
import { sourceOf } from './source.js';

const NOTHING = Buffer.alloc(0);

const failure = (status: Status, exception: string, message: string, { stream, group }: GroupAddress): GrpcError =>
  new GrpcError(status, message, { exception, 'stream-name': stream, 'group-name': group });

const missing = (address: GroupAddress): GrpcError =>
  failure(
    Status.NOT_FOUND,
    'persistent-subscription-does-not-exist',
    `Subscription group ${address.group} on stream ${address.stream} does not exist.`,
    address,
  );

const dropped = (address: GroupAddress): GrpcError =>
  failure(
    Status.CANCELLED,
    'persistent-subscription-dropped',
    `Subscription group ${address.group} on stream ${address.stream} was dropped.`,
    address,
  );

const nameOf = ({ stream, group }: GroupAddress): string => `${stream}\u0000${group}`;

/** The PersistentSubscriptions service (persistent.proto). */
export class PersistentSubscriptions {
  private readonly groups = new Map<string, Group>();
  private readonly store: GroupStore;

  constructor(private readonly log: EventLog) {
    this.store = new GroupStore(log);
    for (const stored of this.store.list()) this.groups.set(nameOf(stored), new Group(log, this.store, stored));
  }

  create(call: Call): CallHandlers {
    return this.unary(call, async (options) => {
      const definition = decodeDefinition(options);
      if (Buffer.byteLength(definition.stream) + Buffer.byteLength(definition.group) > MAX_ADDRESS_BYTES)
        throw invalid(`Stream and group name together are longer than ${MAX_ADDRESS_BYTES} bytes.`);
      if (this.groups.has(nameOf(definition))) {
        throw failure(
          Status.ALREADY_EXISTS,
          'persistent-subscription-exists',
          `Subscription group ${definition.group} on stream ${definition.stream} exists.`,
          definition,
        );
      }
      await this.begin(definition, undefined);
      return NOTHING;
    });
  }

  update(call: Call): CallHandlers {
    return this.unary(call, async (options) => {
      const definition = decodeDefinition(options);
      const group = this.get(definition);
      await this.end(group);
      // The place is kept: a new start applies to groups that have not begun.
      await this.begin({ ...definition, filter: bufferOf(group.definition) }, group.checkpoint);
      return NOTHING;
    });
  }

  delete(call: Call): CallHandlers {
    return this.unary(call, async (options) => {
      const group = this.get(decodeAddressed(options, 'delete'));
      await this.end(group);
      this.groups.delete(nameOf(group.definition));
      await this.store.remove(group.definition);
      return NOTHING;
    });
  }

  getInfo(call: Call): CallHandlers {
    return this.unary(call, async (options) => {
      const group = this.get(decodeAddressed(options, 'getInfo'));
      return new Writer().message(1, (info) => this.describe(info, group)).finish();
    });
  }

  list(call: Call): CallHandlers {
    return this.unary(call, async (options) => {
      const stream = decodeList(options);
      const answer = new Writer();
      let found = 0;
      for (const group of this.groups.values()) {
        if (stream !== undefined && group.definition.stream !== stream) continue;
        found += 1;
        answer.message(1, (info) => this.describe(info, group));
      }
      if (found === 0) throw missing({ stream: stream ?? '', group: '' });
      return answer.finish();
    });
  }

  replayParked(call: Call): CallHandlers {
    return this.unary(call, async (options) => {
      const request = decodeAddressed(options, 'replay');
      await this.get(request).replay(request.stopAt);
      return NOTHING;
    });
  }

  restart(call: Call): CallHandlers {
    return { message: () => undefined, end: () => call.succeed(NOTHING) };
  }

  read(call: Call, headers: IncomingHttpHeaders): CallHandlers {
    let group: Group | undefined;
    let consumer: Consumer | undefined;
    const begin = (options: Reader): void => {
      const request = decodeAddressed(options, 'read');
      group = this.get(request);
      const { maxSubscriberCount, resolveLinks } = group.definition.settings;
      if (maxSubscriberCount > 0 && group.subscribers.length >= maxSubscriberCount) {
        throw failure(
          Status.FAILED_PRECONDITION,
          'maximum-subscribers-reached',
          `Maximum subscriptions reached for subscription group ${request.group} on stream ${request.stream}.`,
          request,
        );
      }
      const { bufferSize, structuredIds } = request;
      const name = String(headers['connection-name'] ?? '');
      consumer = new Consumer(this.log, call, call.peer, name, bufferSize, { resolveLinks, structuredIds });
      group.join(consumer);
    };
    return {
      message: (message) => {
        const reader = new Reader(message);
        for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
          if (tag === 0x0a) begin(reader.message());
          else if ((tag === 0x12 || tag === 0x1a) && group !== undefined && consumer !== undefined) {
            const { ids, action, reason } = decodeVerdict(reader.message());
            if (tag === 0x12) group.ack(consumer, ids);
            else {
              group.nack(consumer, ids, action, reason);
              if (action === 'stop') call.succeed();
            }
          } else reader.skip(tag);
        }
      },
      end: () => call.succeed(),
      closed: () => {
        if (consumer !== undefined) group?.leave(consumer);
      },
    };
  }

  async close(): Promise<void> {
    for (const group of this.groups.values()) await group.close();
  }

  private unary(call: Call, answer: (options: Reader) => Promise<Buffer>): CallHandlers {
    return {
      message: (message) => {
        const serve = async (): Promise<void> => call.succeed(await answer(optionsOf(message)));
        serve().catch((error: unknown) => call.fail(error));
      },
      end: () => undefined,
    };
  }

  private get(address: GroupAddress): Group {
    const group = this.groups.get(nameOf(address));
    if (group === undefined) throw missing(address);
    return group;
  }

  private async begin(definition: GroupDefinition, checkpoint: number | undefined): Promise<void> {
    const { stream, group, settings, from, filter } = definition;
    if (filter !== undefined) decodeFilter(new Reader(filter));
    const stored: StoredGroup = {
      stream,
      group,
      settings,
      filter: filter?.toString('base64'),
      start: await sourceOf(this.log, stream, filter).begin(from),
      checkpoint,
    };
    await this.store.save(stored);
    this.groups.set(nameOf(stored), new Group(this.log, this.store, stored));
  }

  /** Ends the group's calls as EventStoreDB does when a group is changed or deleted. */
  private async end(group: Group): Promise<void> {
    for (const consumer of [...group.subscribers]) consumer.call.fail(dropped(group.definition));
    await group.close();
  }

  private describe(target: Writer, group: Group): void {
    writeInfo(target, group, this.store.parkedCount(group.definition));
  }
}

const bufferOf = ({ filter }: StoredGroup): Buffer | undefined =>
  filter === undefined ? undefined : Buffer.from(filter, 'base64');
