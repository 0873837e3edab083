import kafkajs, { type Assigner, type PartitionAssigner } from 'kafkajs';

const { AssignerProtocol } = kafkajs;

/** Partitions by member, one topic after the other. */
export type Assignment = Map<string, Record<string, number[]>>;

/**
 * Spreads partitions evenly and lets members keep neighbours: partition `p` of every topic goes to the same member,
 * so the events of one key in two topics of a group are handled in one place. Members are sorted, so every leader
 * comes to the same answer.
 */
export const spread = (members: readonly string[], topics: ReadonlyMap<string, readonly number[]>): Assignment => {
  const sorted = [...members].sort();
  const assignment: Assignment = new Map(sorted.map((member) => [member, {}]));
  if (sorted.length === 0) return assignment;
  for (const [topic, partitions] of topics) {
    for (const partition of partitions) {
      const member = sorted[partition % sorted.length] as string;
      const own = assignment.get(member) as Record<string, number[]>;
      const list = own[topic] ?? [];
      list.push(partition);
      own[topic] = list;
    }
  }
  return assignment;
};

interface Metadata {
  findTopicPartitionMetadata(topic: string): readonly { partitionId: number }[];
}

const isMetadata = (value: unknown): value is Metadata =>
  typeof value === 'object' && value !== null && 'findTopicPartitionMetadata' in value;

/** {@link spread} as kafkajs wants it. */
export const spreadAssigner: PartitionAssigner = (config): Assigner => ({
  name: 'OrderloomSpread',
  version: 0,
  async assign({ members, topics }) {
    const cluster: unknown = config.cluster;
    if (!isMetadata(cluster)) throw new Error('kafkajs gave the assigner no cluster');
    const partitions = new Map(
      topics.map((topic) => [
        topic,
        cluster
          .findTopicPartitionMetadata(topic)
          .map((p) => p.partitionId)
          .sort((a, b) => a - b),
      ]),
    );
    const assignment = spread(
      members.map((member) => member.memberId),
      partitions,
    );
    return [...assignment].map(([memberId, own]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment: own,
        userData: Buffer.alloc(0),
      }),
    }));
  },
  protocol({ topics }) {
    return {
      name: 'OrderloomSpread',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
    };
  },
});
