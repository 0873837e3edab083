import { jest } from '@jest/globals';
import { ErrorCode } from '../protocol/errors.js';
import { RawClient } from '../testing/raw-client.js';
import { fresh, openTarget, type Target, until } from './target.js';

// A real broker takes its time with new topics and groups.
jest.setTimeout(30_000);

let target: Target;
const clients: RawClient[] = [];
beforeAll(async () => {
  target = await openTarget();
  const client = await open();
  const group = fresh('warm-up');
  await until('there is a coordinator', async () => {
    const { errorCode } = await client.call('findCoordinator', 2, { key: group, keyType: 0 });
    return errorCode === ErrorCode.NONE;
  });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await target.close();
});

async function open(): Promise<RawClient> {
  const client = await RawClient.open(target.address);
  clients.push(client);
  return client;
}

interface Who {
  readonly client: RawClient;
  readonly groupId: string;
  readonly memberId?: string;
  readonly groupInstanceId?: string;
  readonly sessionTimeoutMs?: number;
  readonly subscription?: string;
}

const joinOnce = ({
  client,
  groupId,
  memberId = '',
  groupInstanceId,
  sessionTimeoutMs = 10_000,
  subscription = 's',
}: Who) =>
  client.call('joinGroup', 5, {
    groupId,
    memberId,
    groupInstanceId: groupInstanceId ?? null,
    sessionTimeoutMs,
    rebalanceTimeoutMs: 10_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from(subscription) }],
  });

/** The first answer from a coordinator that is there and has loaded its groups (errors 14, 15 and 16: not yet). */
const joinFirst = (who: Who) =>
  until('the coordinator is there', async () => {
    const answer = await joinOnce(who);
    return [14, 15, 16].includes(answer.errorCode) ? undefined : answer;
  });

/** Joins as clients do: again with the id that is given. */
async function join(who: Who) {
  const first = await joinFirst(who);
  return first.errorCode === ErrorCode.MEMBER_ID_REQUIRED ? joinOnce({ ...who, memberId: first.memberId }) : first;
}

const sync = (who: Who, generationId: number, assignments: Record<string, string> = {}) =>
  who.client.call('syncGroup', 3, {
    groupId: who.groupId,
    generationId,
    memberId: who.memberId ?? '',
    groupInstanceId: who.groupInstanceId ?? null,
    assignments: Object.entries(assignments).map(([memberId, value]) => ({ memberId, assignment: Buffer.from(value) })),
  });

const heartbeat = async (who: Who, generationId: number) =>
  (
    await who.client.call('heartbeat', 3, {
      groupId: who.groupId,
      generationId,
      memberId: who.memberId ?? '',
      groupInstanceId: who.groupInstanceId ?? null,
    })
  ).errorCode;

describe('group membership', () => {
  it('gives new members their id first, and the leader all members', async () => {
    const who = { client: await open(), groupId: fresh('group') };
    const asked = await joinFirst(who);
    expect(asked.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect(asked.memberId).not.toBe('');
    const joined = await joinOnce({ ...who, memberId: asked.memberId });
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, leader: asked.memberId, protocolName: 'range' });
    expect(joined.members).toMatchObject([{ memberId: asked.memberId, metadata: Buffer.from('s') }]);
    const me = { ...who, memberId: asked.memberId };
    expect((await sync(me, 1, { [me.memberId]: 'mine' })).assignment.toString()).toBe('mine');
    expect(await heartbeat(me, 1)).toBe(ErrorCode.NONE);
    expect(await heartbeat(me, 2)).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(await heartbeat({ ...me, memberId: 'stranger' }, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    const commit = (generationIdOrMemberEpoch: number, memberId: string) =>
      me.client.call('offsetCommit', 7, {
        groupId: me.groupId,
        generationIdOrMemberEpoch,
        memberId,
        topics: [
          { name: fresh('none'), partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }] },
        ],
      });
    const code = async (generation: number, memberId: string) =>
      (await commit(generation, memberId)).topics[0]?.partitions[0]?.errorCode;
    expect(await code(1, me.memberId)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('rebalances when a second member comes, and again when one leaves', async () => {
    const groupId = fresh('group');
    const first = { client: await open(), groupId };
    const one = await join(first);
    const me = { ...first, memberId: one.memberId };
    await sync(me, one.generationId, { [me.memberId]: 'all' });
    const second = { client: await open(), groupId };
    const joining = join(second);
    await until(
      'the first member hears of it',
      async () => (await heartbeat(me, 1)) === ErrorCode.REBALANCE_IN_PROGRESS,
    );
    const again = await joinOnce(me);
    const other = await joining;
    expect([again.generationId, other.generationId]).toEqual([2, 2]);
    expect(again.leader).toBe(other.leader);
    expect(again.members).toHaveLength(2);
    expect(other.members).toHaveLength(0);
    const you = { ...second, memberId: other.memberId };
    const waiting = sync(you, 2);
    expect((await sync(me, 2, { [me.memberId]: 'left', [you.memberId]: 'right' })).assignment.toString()).toBe('left');
    expect((await waiting).assignment.toString()).toBe('right');
    const left = await you.client.call('leaveGroup', 3, { groupId, members: [{ memberId: you.memberId }] });
    expect(left).toMatchObject({ errorCode: 0, members: [{ errorCode: 0 }] });
    expect(await heartbeat(me, 2)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(await heartbeat(you, 2)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect((await joinOnce(me)).generationId).toBe(3);
  });

  it('drops members that fall silent', async () => {
    const groupId = fresh('group');
    const first = { client: await open(), groupId, sessionTimeoutMs: 1000 };
    const one = await join(first);
    const silent = { ...first, memberId: one.memberId };
    await sync(silent, one.generationId, { [silent.memberId]: 'all' });
    first.client.close();
    const second = { client: await open(), groupId };
    const other = await join(second);
    expect(other).toMatchObject({ errorCode: 0, leader: other.memberId });
    expect(other.members).toHaveLength(1);
  }, 20_000);

  it('lets a static member come back without a rebalance, and fences its former self', async () => {
    const groupId = fresh('group');
    const groupInstanceId = fresh('instance');
    const first = { client: await open(), groupId, groupInstanceId };
    const one = await join(first);
    expect(one.errorCode).toBe(ErrorCode.NONE);
    const former = { ...first, memberId: one.memberId };
    await sync(former, one.generationId, { [former.memberId]: 'all' });
    const second = { client: await open(), groupId, groupInstanceId };
    const back = await join(second);
    expect(back).toMatchObject({ errorCode: 0, generationId: one.generationId });
    expect(back.memberId).not.toBe(former.memberId);
    const now = { ...second, memberId: back.memberId };
    expect((await sync(now, back.generationId)).assignment.toString()).toBe('all');
    expect(await heartbeat(now, back.generationId)).toBe(ErrorCode.NONE);
    expect(await heartbeat(former, one.generationId)).toBe(ErrorCode.FENCED_INSTANCE_ID);
  });

  it('refuses sessions that are too short, and members that speak no common protocol', async () => {
    const who = { client: await open(), groupId: fresh('group') };
    expect((await join({ ...who, sessionTimeoutMs: 1 })).errorCode).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    const one = await join(who);
    expect(one.errorCode).toBe(ErrorCode.NONE);
    const stranger = await (await open()).call('joinGroup', 5, {
      groupId: who.groupId,
      memberId: '',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'other', metadata: Buffer.from('x') }],
    });
    expect(stranger.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  it('keeps offsets with metadata, forgets them when told to', async () => {
    const client = await open();
    const groupId = fresh('group');
    const name = fresh('topic');
    await client.call('createTopics', 4, {
      topics: [{ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }],
    });
    const commit = () =>
      client.call('offsetCommit', 7, {
        groupId,
        memberId: '',
        topics: [
          {
            name,
            partitions: [
              { partitionIndex: 0, committedOffset: 7, committedMetadata: 'why' },
              { partitionIndex: 1, committedOffset: 0, committedMetadata: null },
              { partitionIndex: 9, committedOffset: 0, committedMetadata: null },
            ],
          },
        ],
      });
    const codes = await until('the topic is known', async () => {
      // Brokers answer in any order.
      const partitions = (await commit()).topics[0]?.partitions ?? [];
      const byIndex = [0, 1, 9].map((index) => partitions.find((one) => one.partitionIndex === index)?.errorCode);
      return byIndex[0] === ErrorCode.NONE ? byIndex : undefined;
    });
    expect(codes).toEqual([0, 0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
    const all = async () => {
      const answer = await client.call('offsetFetch', 5, { groupId, topics: null });
      return answer.topics.flatMap(({ partitions }) =>
        partitions.map((one) => [one.partitionIndex, one.committedOffset, one.metadata ?? '']),
      );
    };
    expect((await all()).sort()).toEqual([
      [0, 7, 'why'],
      [1, 0, ''],
    ]);
    const deleted = await client.call('offsetDelete', 0, {
      groupId,
      topics: [{ name, partitions: [{ partitionIndex: 0 }] }],
    });
    expect(deleted.errorCode).toBe(ErrorCode.NONE);
    expect(await all()).toEqual([[1, 0, '']]);
    const gone = await client.call('deleteGroups', 1, { groupsNames: [groupId, fresh('none')] });
    expect(gone.results.map(({ errorCode }) => errorCode).sort()).toEqual([0, ErrorCode.GROUP_ID_NOT_FOUND]);
    expect(await all()).toEqual([]);
  });
});
