import type { Broker } from '../broker.js';
import type { Handlers } from '../context.js';
import type { Group } from '../groups/group.js';
import { Groups } from '../groups/groups.js';
import type { CommittedOffset } from '../groups/offset-store.js';
import { ErrorCode } from '../protocol/errors.js';

const MAX_METADATA_BYTES = 4096;

/** Committed offsets of consumer groups. */
export function offsetHandlers({ groups, topics }: Broker): Handlers<'offsetCommit' | 'offsetFetch' | 'offsetDelete'> {
  const wanted = (
    group: string,
    asked: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null,
  ) => {
    const entry = (partitionIndex: number, found: CommittedOffset | undefined) => ({
      partitionIndex,
      committedOffset: found?.offset ?? -1,
      committedLeaderEpoch: found?.leaderEpoch ?? -1,
      metadata: found?.metadata ?? '',
      errorCode: ErrorCode.NONE,
    });
    if (!Groups.validId(group)) return [];
    if (asked === null) {
      return [...groups.offsets.all(group)].map(([name, partitions]) => ({
        name,
        partitions: [...partitions].map(([partition, found]) => entry(partition, found)),
      }));
    }
    return asked.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) =>
        entry(partition, groups.offsets.get(group, { topic: name, partition })),
      ),
    }));
  };

  return {
    offsetCommit: async (request) => {
      const refusal = commitRefusal(groups, request);
      const commits: (CommittedOffset & { topic: string; partition: number })[] = [];
      const answer = request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => {
          const done = (errorCode: number) => ({ partitionIndex, errorCode });
          if (refusal !== ErrorCode.NONE) return done(refusal);
          if (partitionIndex < 0 || partitionIndex >= (topics.get(name)?.partitions ?? 0)) {
            return done(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
          }
          if (Buffer.byteLength(committedMetadata ?? '') > MAX_METADATA_BYTES) {
            return done(ErrorCode.OFFSET_METADATA_TOO_LARGE);
          }
          if (committedOffset < 0) return done(ErrorCode.OFFSET_OUT_OF_RANGE);
          commits.push({
            topic: name,
            partition: partitionIndex,
            offset: committedOffset,
            leaderEpoch: committedLeaderEpoch,
            metadata: committedMetadata,
          });
          return done(ErrorCode.NONE);
        }),
      }));
      if (commits.length > 0) await groups.offsets.commit(request.groupId, commits);
      return { topics: answer };
    },

    offsetFetch: (request) => ({
      topics: wanted(request.groupId, request.topics),
      errorCode: ErrorCode.NONE,
      groups: request.groups.map((group) => ({
        groupId: group.groupId,
        topics: wanted(group.groupId, group.topics),
        errorCode: ErrorCode.NONE,
      })),
    }),

    offsetDelete: async (request) => {
      if (!groups.exists(request.groupId)) {
        return { errorCode: ErrorCode.GROUP_ID_NOT_FOUND, throttleTimeMs: 0, topics: [] };
      }
      const group = groups.get(request.groupId);
      const gone: { topic: string; partition: number }[] = [];
      const answer = request.topics.map(({ name, partitions }) => {
        const errorCode = deleteRefusal(group, name);
        return {
          name,
          partitions: partitions.map(({ partitionIndex }) => {
            if (errorCode === ErrorCode.NONE && partitionIndex >= 0)
              gone.push({ topic: name, partition: partitionIndex });
            return { partitionIndex, errorCode };
          }),
        };
      });
      if (gone.length > 0) await groups.offsets.delete(request.groupId, gone);
      return { errorCode: ErrorCode.NONE, throttleTimeMs: 0, topics: answer };
    },
  };
}

function deleteRefusal(group: Group | undefined, topic: string): number {
  return group?.subscribes(topic) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
}

/** Members of the current generation may commit; anybody may while the group has no members. */
function commitRefusal(
  groups: Groups,
  {
    groupId,
    memberId,
    groupInstanceId,
    generationIdOrMemberEpoch: generation,
  }: {
    readonly groupId: string;
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly generationIdOrMemberEpoch: number;
  },
): number {
  if (!Groups.validId(groupId)) return ErrorCode.INVALID_GROUP_ID;
  const group = groups.get(groupId);
  if (group === undefined || group.isEmpty) {
    return generation < 0 ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
  }
  const code = group.check(memberId, groupInstanceId, generation);
  if (code !== ErrorCode.NONE) return code;
  group.touchMember(memberId);
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}
