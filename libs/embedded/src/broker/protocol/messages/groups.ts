import {
  array,
  between,
  bool,
  bytes,
  int16,
  int32,
  nullableString,
  optional,
  since,
  string,
  struct,
} from '../schema.js';

export const joinGroupRequest = struct({
  groupId: string,
  sessionTimeoutMs: int32,
  rebalanceTimeoutMs: since(1, int32, -1),
  memberId: string,
  groupInstanceId: since(5, nullableString(), null),
  protocolType: string,
  protocols: array(
    struct({
      name: string,
      metadata: bytes,
    }),
  ),
  reason: since(8, nullableString(), null),
});

export const joinGroupResponse = struct({
  throttleTimeMs: since(2, int32),
  errorCode: int16,
  generationId: optional(int32, -1),
  protocolType: since(7, nullableString(), null),
  protocolName: nullableString(7),
  leader: string,
  skipAssignment: since(9, bool),
  memberId: string,
  members: array(
    struct({
      memberId: string,
      groupInstanceId: since(5, nullableString(), null),
      metadata: bytes,
    }),
  ),
});

export const syncGroupRequest = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: since(3, nullableString(), null),
  protocolType: since(5, nullableString(), null),
  protocolName: since(5, nullableString(), null),
  assignments: array(
    struct({
      memberId: string,
      assignment: bytes,
    }),
  ),
});

export const syncGroupResponse = struct({
  throttleTimeMs: since(1, int32),
  errorCode: int16,
  protocolType: since(5, nullableString(), null),
  protocolName: since(5, nullableString(), null),
  assignment: bytes,
});

export const heartbeatRequest = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: since(3, nullableString(), null),
});

export const heartbeatResponse = struct({
  throttleTimeMs: since(1, int32),
  errorCode: int16,
});

export const leaveGroupRequest = struct({
  groupId: string,
  memberId: between(0, 2, string),
  members: since(
    3,
    array(
      struct({
        memberId: string,
        groupInstanceId: optional(nullableString(), null),
        reason: since(5, nullableString(), null),
      }),
    ),
  ),
});

export const leaveGroupResponse = struct({
  throttleTimeMs: since(1, int32),
  errorCode: int16,
  members: since(
    3,
    array(
      struct({
        memberId: string,
        groupInstanceId: nullableString(),
        errorCode: int16,
      }),
    ),
  ),
});

export const describeGroupsRequest = struct({
  groups: array(string),
  includeAuthorizedOperations: since(3, bool),
});

export const describeGroupsResponse = struct({
  throttleTimeMs: since(1, int32),
  groups: array(
    struct({
      errorCode: int16,
      groupId: string,
      groupState: string,
      protocolType: string,
      protocolData: string,
      members: array(
        struct({
          memberId: string,
          groupInstanceId: since(4, nullableString(), null),
          clientId: string,
          clientHost: string,
          memberMetadata: bytes,
          memberAssignment: bytes,
        }),
      ),
      authorizedOperations: since(3, int32, -2147483648),
    }),
  ),
});

export const listGroupsRequest = struct({
  statesFilter: since(4, array(string)),
});

export const listGroupsResponse = struct({
  throttleTimeMs: since(1, int32),
  errorCode: int16,
  groups: array(
    struct({
      groupId: string,
      protocolType: string,
      groupState: since(4, string),
    }),
  ),
});

export const deleteGroupsRequest = struct({
  groupsNames: array(string),
});

export const deleteGroupsResponse = struct({
  throttleTimeMs: int32,
  results: array(
    struct({
      groupId: string,
      errorCode: int16,
    }),
  ),
});
