export interface MemberProtocol {
  readonly name: string;
  /** The subscription, opaque to the broker. */
  readonly metadata: Buffer;
}

/** What a JoinGroup request says, in one shape for every version. */
export interface JoinInput {
  /** Empty on the first attempt. */
  readonly memberId: string;
  /** Set by static members. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  /** The version makes new members come back with the id they are given. */
  readonly requireKnownMemberId: boolean;
  /** The version can tell a leader that there is nothing to assign. */
  readonly canSkipAssignment: boolean;
}

export interface Joined {
  readonly errorCode: number;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly memberId: string;
  readonly skipAssignment: boolean;
  readonly members: readonly { memberId: string; groupInstanceId: string | null; metadata: Buffer }[];
}

/** What a SyncGroup request says. */
export interface SyncInput {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
}

export interface Synced {
  readonly errorCode: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export interface Member {
  readonly id: string;
  readonly instanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly MemberProtocol[];
  assignment: Buffer;
  /** Time of the last sign of life, milliseconds since 1970. */
  seen: number;
  timer?: NodeJS.Timeout;
  /** Set while its JoinGroup waits for the rebalance. */
  joining?: ((joined: Joined) => void) | undefined;
  /** Set while its SyncGroup waits for the leader. */
  syncing?: ((synced: Synced) => void) | undefined;
}
