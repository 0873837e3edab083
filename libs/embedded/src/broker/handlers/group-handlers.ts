import type { Broker } from '../broker.js';
import type { Handlers } from '../context.js';
import { Groups } from '../groups/groups.js';
import type { Joined, Synced } from '../groups/member.js';
import { ErrorCode } from '../protocol/errors.js';

const NOTHING = Buffer.alloc(0);

/** Membership of consumer groups, and their administration. */
export function groupHandlers({
  groups,
  settings,
}: Broker): Handlers<
  'joinGroup' | 'syncGroup' | 'heartbeat' | 'leaveGroup' | 'describeGroups' | 'listGroups' | 'deleteGroups'
> {
  return {
    joinGroup: (request, context) => {
      const refuse = (errorCode: number) => ({
        errorCode,
        protocolName: context.version >= 7 ? null : '',
        leader: '',
        memberId: request.memberId,
        members: [],
      });
      if (!Groups.validId(request.groupId)) return refuse(ErrorCode.INVALID_GROUP_ID);
      const { sessionTimeoutMs } = request;
      if (sessionTimeoutMs < settings.minSessionTimeoutMs || sessionTimeoutMs > settings.maxSessionTimeoutMs) {
        return refuse(ErrorCode.INVALID_SESSION_TIMEOUT);
      }
      if (request.memberId !== '' && groups.get(request.groupId) === undefined) {
        return refuse(ErrorCode.UNKNOWN_MEMBER_ID);
      }
      const group = groups.getOrMake(request.groupId);
      return new Promise<Joined>((resolve) =>
        group.join(
          {
            memberId: request.memberId,
            instanceId: request.groupInstanceId,
            clientId: context.clientId,
            clientHost: context.clientHost,
            sessionTimeoutMs,
            rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
            protocolType: request.protocolType,
            protocols: request.protocols,
            requireKnownMemberId: context.version >= 4,
            canSkipAssignment: context.version >= 9,
          },
          resolve,
        ),
      ).then((joined) => (context.version >= 7 ? joined : { ...joined, protocolName: joined.protocolName ?? '' }));
    },

    syncGroup: (request) => {
      const group = groups.get(request.groupId);
      if (group === undefined) return { errorCode: ErrorCode.UNKNOWN_MEMBER_ID, assignment: NOTHING };
      return new Promise<Synced>((resolve) =>
        group.sync(
          {
            memberId: request.memberId,
            instanceId: request.groupInstanceId,
            generation: request.generationId,
            protocolType: request.protocolType,
            protocolName: request.protocolName,
            assignments: request.assignments,
          },
          resolve,
        ),
      );
    },

    heartbeat: (request) => ({
      errorCode:
        groups.get(request.groupId)?.heartbeat(request.memberId, request.groupInstanceId, request.generationId) ??
        ErrorCode.UNKNOWN_MEMBER_ID,
    }),

    leaveGroup: (request, { version }) => {
      const group = groups.get(request.groupId);
      if (version < 3) return { errorCode: group?.leave(request.memberId, null) ?? ErrorCode.UNKNOWN_MEMBER_ID };
      return {
        errorCode: ErrorCode.NONE,
        members: request.members.map(({ memberId, groupInstanceId }) => ({
          memberId,
          groupInstanceId,
          errorCode: group?.leave(memberId, groupInstanceId) ?? ErrorCode.UNKNOWN_MEMBER_ID,
        })),
      };
    },

    describeGroups: (request) => ({
      groups: request.groups.map((groupId) => {
        const group = groups.get(groupId);
        const exists = groups.exists(groupId);
        return {
          errorCode: ErrorCode.NONE,
          groupId,
          groupState: group !== undefined && !group.isEmpty ? group.state : exists ? 'Empty' : 'Dead',
          protocolType: group?.protocolType ?? (exists ? 'consumer' : ''),
          protocolData: group?.protocol ?? '',
          members: (group?.describe() ?? []).map(({ member, memberMetadata }) => ({
            memberId: member.id,
            groupInstanceId: member.instanceId,
            clientId: member.clientId,
            clientHost: member.clientHost,
            memberMetadata,
            memberAssignment: member.assignment,
          })),
        };
      }),
    }),

    listGroups: (request) => ({
      errorCode: ErrorCode.NONE,
      groups: groups
        .ids()
        .map((groupId) => {
          const group = groups.get(groupId);
          return { groupId, protocolType: group?.protocolType ?? 'consumer', groupState: group?.state ?? 'Empty' };
        })
        .filter(({ groupState }) => request.statesFilter.length === 0 || request.statesFilter.includes(groupState)),
    }),

    deleteGroups: async (request) => {
      const results: { groupId: string; errorCode: number }[] = [];
      for (const groupId of request.groupsNames) {
        const empty = groups.get(groupId)?.isEmpty ?? true;
        const errorCode = !groups.exists(groupId)
          ? ErrorCode.GROUP_ID_NOT_FOUND
          : empty
            ? ErrorCode.NONE
            : ErrorCode.NON_EMPTY_GROUP;
        if (errorCode === ErrorCode.NONE) await groups.delete(groupId);
        results.push({ groupId, errorCode });
      }
      return { throttleTimeMs: 0, results };
    },
  };
}
