import { jest } from '@jest/globals';
import { type Admin, type Consumer, Partitioners } from 'kafkajs';
import { createTopics, fresh, openTarget, type Target, until } from './target.js';

// A real broker takes its time with new topics and groups.
jest.setTimeout(30_000);

let target: Target;
let admin: Admin;
beforeAll(async () => {
  target = await openTarget();
  admin = target.kafka().admin();
  await admin.connect();
}, 30_000);
afterAll(async () => {
  await admin.disconnect();
  await target.close();
});

interface Running {
  readonly consumer: Consumer;
  readonly values: string[];
  assigned: number[];
}

async function run(groupId: string, topic: string): Promise<Running> {
  const consumer = target.kafka().consumer({
    groupId,
    sessionTimeout: 10_000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 150,
    maxWaitTimeInMs: 100,
  });
  const running: Running = { consumer, values: [], assigned: [] };
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    running.assigned = payload.memberAssignment[topic] ?? [];
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitInterval: 50,
    eachMessage: async ({ message }) => void running.values.push(message.value?.toString() ?? ''),
  });
  return running;
}

const shareOut = (members: readonly Running[]): string => members.map(({ assigned }) => assigned.length).join('+');

describe('consumer groups', () => {
  it('share partitions among 1, 3 and again 1 members, and lose nothing', async () => {
    const topic = fresh('topic');
    const groupId = fresh('group');
    await createTopics(admin, [{ topic, numPartitions: 6 }]);
    const producer = target.kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    let sent = 0;
    const send = async (): Promise<void> => {
      const messages = Array.from({ length: 30 }, (_, index) => ({ value: `${sent + index}`, partition: index % 6 }));
      await producer.send({ topic, messages });
      sent += messages.length;
    };
    const members = [await run(groupId, topic)];
    const received = (): number => new Set(members.flatMap(({ values }) => values)).size;
    await send();
    await until('the only member has all partitions', () => shareOut(members) === '6');
    await until('the first messages', () => received() === sent);

    members.push(...(await Promise.all([run(groupId, topic), run(groupId, topic)])));
    await send();
    await until('three members share the partitions', () => shareOut(members) === '2+2+2', 30_000);
    expect(members.flatMap(({ assigned }) => assigned).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    await send();
    await until('messages for three members', () => received() === sent);
    const described = (await admin.describeGroups([groupId])).groups[0];
    expect(described).toMatchObject({ state: 'Stable', protocolType: 'consumer', protocol: 'RoundRobinAssigner' });
    expect(described?.members).toHaveLength(3);
    await expect(admin.deleteGroups([groupId])).rejects.toThrow();

    const [first, second, third] = members;
    await Promise.all([first?.consumer.disconnect(), third?.consumer.disconnect()]);
    await send();
    await until('one member has all partitions again', () => second?.assigned.length === 6, 30_000);
    await until('the last messages', () => received() === sent);
    await second?.consumer.disconnect();
    await producer.disconnect();

    const committed = await admin.fetchOffsets({ groupId, topics: [topic] });
    const total = committed[0]?.partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
    expect(total).toBe(sent);
    await admin.deleteGroups([groupId]);
    expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain(groupId);
  }, 60_000);

  it('go on where they have committed', async () => {
    const topic = fresh('topic');
    const groupId = fresh('group');
    await createTopics(admin, [{ topic, numPartitions: 1 }]);
    const producer = target.kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: ['a', 'b', 'c'].map((value) => ({ value })) });
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '2' }] });
    expect((await admin.fetchOffsets({ groupId, topics: [topic] }))[0]?.partitions).toEqual([
      { partition: 0, offset: '2', metadata: null },
    ]);
    const member = await run(groupId, topic);
    await until('the rest', () => member.values.length > 0);
    expect(member.values).toEqual(['c']);
    await member.consumer.disconnect();
    await producer.disconnect();
  }, 30_000);
});
