import { randomUUID } from 'node:crypto';
import { ErrorCode } from '../protocol/errors.js';
import { refused, sameProtocols, taken, unsynced } from './answers.js';
import type { Joined, JoinInput, Member, Synced, SyncInput } from './member.js';
import { metadataOf, Roster } from './roster.js';
import { touch, unwatch, watch } from './sessions.js';

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const NOTHING = Buffer.alloc(0);

export interface GroupSettings {
  /** How long the first rebalance of an empty group waits for more members. */
  readonly initialRebalanceDelayMs: number;
  readonly maxMembers: number;
}

/**
 * One consumer group: the classic rebalance protocol (KIP-62, static members KIP-345, member ids KIP-394)
 * as Kafka's GroupCoordinator does it. Lives in memory; only committed offsets are durable.
 */
export class Group {
  state: GroupState = 'Empty';
  generation = 0;
  protocolType = '';
  protocol: string | null = null;
  leader = '';
  private readonly members = new Roster();
  /** Ids that were given out and have not joined yet. */
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private rebalanceTimer: NodeJS.Timeout | undefined;
  /** The first members have come, and a moment is given to others who start at the same time. */
  private gathering = false;

  constructor(
    readonly id: string,
    private readonly settings: GroupSettings,
  ) {}

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  /** Nothing in memory is worth keeping. */
  get isIdle(): boolean {
    return this.members.size === 0 && this.pending.size === 0;
  }

  get memberCount(): number {
    return this.members.size;
  }

  /** Answers when the rebalance that this join begins or takes part in is complete. */
  join(input: JoinInput, reply: (joined: Joined) => void): void {
    const refuse = (code: number, memberId = input.memberId): void => reply(refused(code, memberId));
    if (!this.accepts(input)) {
      refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
      return;
    }
    if (input.memberId === '') {
      this.joinNew(input, reply);
      return;
    }
    const pending = this.pending.get(input.memberId);
    if (pending !== undefined && input.instanceId === null) {
      clearTimeout(pending);
      this.pending.delete(input.memberId);
      this.addMember(input.memberId, input, reply);
      return;
    }
    const code = this.members.identify(input.memberId, input.instanceId);
    if (code !== ErrorCode.NONE) {
      refuse(code);
      return;
    }
    this.rejoin(this.members.get(input.memberId)!, input, reply);
  }

  private accepts({ protocolType, protocols, memberId }: JoinInput): boolean {
    if (protocolType === '' || protocols.length === 0) return false;
    if (this.isEmpty || (this.members.size === 1 && this.members.has(memberId))) return true;
    return protocolType === this.protocolType && this.members.speaksOneOf(protocols);
  }

  private joinNew(input: JoinInput, reply: (joined: Joined) => void): void {
    if (this.members.size + this.pending.size >= this.settings.maxMembers) {
      reply(refused(ErrorCode.GROUP_MAX_SIZE_REACHED, ''));
      return;
    }
    const memberId = `${input.instanceId ?? input.clientId}-${randomUUID()}`;
    if (input.instanceId !== null) {
      const former = this.members.idOfInstance(input.instanceId);
      if (former !== undefined) {
        this.replaceStatic(former, memberId, input, reply);
        return;
      }
      this.addMember(memberId, input, reply);
      return;
    }
    if (!input.requireKnownMemberId) {
      this.addMember(memberId, input, reply);
      return;
    }
    this.pending.set(
      memberId,
      setTimeout(() => this.dropPending(memberId), input.sessionTimeoutMs),
    );
    reply(refused(ErrorCode.MEMBER_ID_REQUIRED, memberId));
  }

  private dropPending(memberId: string): void {
    clearTimeout(this.pending.get(memberId));
    this.pending.delete(memberId);
    if (this.state === 'PreparingRebalance') this.completeIfAllJoined();
  }

  private addMember(memberId: string, input: JoinInput, reply: (joined: Joined) => void): void {
    const member: Member = {
      id: memberId,
      instanceId: input.instanceId,
      assignment: NOTHING,
      seen: Date.now(),
      ...taken(input),
    };
    if (this.isEmpty) this.protocolType = input.protocolType;
    this.members.add(member);
    if (this.leader === '') this.leader = memberId;
    member.joining = reply;
    watch(member, this.expired);
    this.prepare();
  }

  /** A static member came back without its id: it takes over its former self, without a rebalance if it can. */
  private replaceStatic(formerId: string, memberId: string, input: JoinInput, reply: (joined: Joined) => void): void {
    const former = this.members.get(formerId)!;
    former.joining?.(refused(ErrorCode.FENCED_INSTANCE_ID, formerId));
    former.syncing?.(unsynced(ErrorCode.FENCED_INSTANCE_ID));
    unwatch(former);
    this.members.delete(former);
    const before = former.protocols;
    const member: Member = {
      id: memberId,
      instanceId: input.instanceId,
      assignment: former.assignment,
      seen: Date.now(),
      ...taken(input),
    };
    this.members.add(member);
    const wasLeader = this.leader === formerId;
    const leaderBefore = this.leader;
    if (wasLeader) this.leader = memberId;
    watch(member, this.expired);
    if (this.state === 'Stable' && sameProtocols(before, input.protocols)) {
      // Told to be a follower even when it leads: there is nothing to assign (KIP-345, KIP-814).
      const leads = wasLeader && input.canSkipAssignment;
      reply({
        ...this.joined(member),
        leader: leads ? memberId : wasLeader ? leaderBefore : this.leader,
        skipAssignment: leads,
        members: leads ? this.members.listed(this.protocol) : [],
      });
      return;
    }
    member.joining = reply;
    this.prepare();
  }

  private rejoin(member: Member, input: JoinInput, reply: (joined: Joined) => void): void {
    touch(member);
    const changed = !sameProtocols(member.protocols, input.protocols);
    const leads = member.id === this.leader;
    const settled = this.state === 'CompletingRebalance' || (this.state === 'Stable' && !leads);
    if (settled && !changed) {
      // The answer to its join was lost, or it asks again.
      reply({ ...this.joined(member), members: leads ? this.members.listed(this.protocol) : [] });
      return;
    }
    member.joining?.(refused(ErrorCode.UNKNOWN_MEMBER_ID, member.id));
    Object.assign(member, taken(input));
    member.joining = reply;
    this.prepare();
  }

  private prepare(): void {
    if (this.state === 'PreparingRebalance') {
      this.completeIfAllJoined();
      return;
    }
    const first = this.state === 'Empty';
    for (const member of this.members.all()) {
      member.syncing?.(unsynced(ErrorCode.REBALANCE_IN_PROGRESS));
      member.syncing = undefined;
      if (this.state === 'CompletingRebalance') member.assignment = NOTHING;
    }
    this.state = 'PreparingRebalance';
    clearTimeout(this.rebalanceTimer);
    if (first && this.settings.initialRebalanceDelayMs > 0) {
      this.gathering = true;
      this.rebalanceTimer = setTimeout(() => this.waitForMembers(), this.settings.initialRebalanceDelayMs);
      return;
    }
    this.waitForMembers();
  }

  private waitForMembers(): void {
    this.gathering = false;
    this.rebalanceTimer = setTimeout(() => this.complete(), this.members.longestRebalanceMs);
    this.completeIfAllJoined();
  }

  private completeIfAllJoined(): void {
    if (this.members.allJoined && this.pending.size === 0 && !this.gathering) this.complete();
  }

  /** Everybody has joined, or the time is over: those who did not come are out. */
  private complete(): void {
    clearTimeout(this.rebalanceTimer);
    for (const member of this.members.all()) {
      // Static members keep their place until their session ends.
      if (member.joining === undefined && member.instanceId === null) this.forget(member);
    }
    this.generation += 1;
    if (this.members.size === 0) {
      this.state = 'Empty';
      this.protocol = null;
      this.leader = '';
      return;
    }
    const leader = this.members.get(this.leader);
    if (leader?.joining === undefined) {
      const next = this.members.all().find((member) => member.joining !== undefined);
      if (next === undefined) {
        // Only absent static members are left: wait for their return or for the end of their sessions.
        this.rebalanceTimer = setTimeout(() => this.complete(), this.members.longestRebalanceMs);
        return;
      }
      this.leader = next.id;
    }
    this.protocol = this.members.electProtocol();
    this.state = 'CompletingRebalance';
    for (const member of this.members.all()) {
      const reply = member.joining;
      member.joining = undefined;
      touch(member);
      reply?.({ ...this.joined(member), members: member.id === this.leader ? this.members.listed(this.protocol) : [] });
    }
    const { generation } = this;
    this.rebalanceTimer = setTimeout(() => this.dropUnsynced(generation), this.members.longestRebalanceMs);
  }

  private dropUnsynced(generation: number): void {
    if (this.state !== 'CompletingRebalance' || this.generation !== generation) return;
    for (const member of this.members.all()) if (member.syncing === undefined) this.forget(member);
    this.prepare();
  }

  private joined(member: Member): Joined {
    return {
      errorCode: ErrorCode.NONE,
      generationId: this.generation,
      protocolType: this.protocolType,
      protocolName: this.protocol,
      leader: this.leader,
      memberId: member.id,
      skipAssignment: false,
      members: [],
    };
  }

  /** Answers when the leader has said who gets what. */
  sync(input: SyncInput, reply: (synced: Synced) => void): void {
    const code = this.check(input.memberId, input.instanceId, input.generation);
    if (code !== ErrorCode.NONE) {
      reply(unsynced(code));
      return;
    }
    if (
      (input.protocolType !== null && input.protocolType !== this.protocolType) ||
      (input.protocolName !== null && input.protocolName !== this.protocol)
    ) {
      reply(unsynced(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
      return;
    }
    const member = this.members.get(input.memberId)!;
    touch(member);
    if (this.state === 'PreparingRebalance') {
      reply(unsynced(ErrorCode.REBALANCE_IN_PROGRESS));
      return;
    }
    if (this.state === 'Stable') {
      reply(this.synced(member));
      return;
    }
    if (this.state !== 'CompletingRebalance') {
      reply(unsynced(ErrorCode.UNKNOWN_MEMBER_ID));
      return;
    }
    member.syncing?.(unsynced(ErrorCode.UNKNOWN_MEMBER_ID));
    member.syncing = reply;
    if (member.id !== this.leader) return;
    // Copied: a view would keep the whole request in memory.
    const assigned = new Map(input.assignments.map((one) => [one.memberId, Buffer.from(one.assignment)]));
    clearTimeout(this.rebalanceTimer);
    this.state = 'Stable';
    for (const one of this.members.all()) {
      one.assignment = assigned.get(one.id) ?? NOTHING;
      const waiting = one.syncing;
      one.syncing = undefined;
      waiting?.(this.synced(one));
    }
  }

  private synced(member: Member): Synced {
    return {
      errorCode: ErrorCode.NONE,
      protocolType: this.protocolType,
      protocolName: this.protocol,
      assignment: member.assignment,
    };
  }

  /** Whether a member of this generation speaks. */
  check(memberId: string, instanceId: string | null, generation: number): number {
    const code = this.members.identify(memberId, instanceId);
    if (code !== ErrorCode.NONE) return code;
    return generation === this.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  }

  heartbeat(memberId: string, instanceId: string | null, generation: number): number {
    const code = this.check(memberId, instanceId, generation);
    if (code !== ErrorCode.NONE) return code;
    touch(this.members.get(memberId)!);
    return this.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  /** An offset commit counts as a sign of life. */
  touchMember(memberId: string): void {
    const member = this.members.get(memberId);
    if (member !== undefined) touch(member);
  }

  leave(memberId: string, instanceId: string | null): number {
    const pending = this.pending.has(memberId);
    if (pending && instanceId === null) {
      this.dropPending(memberId);
      return ErrorCode.NONE;
    }
    const id = instanceId !== null && memberId === '' ? (this.members.idOfInstance(instanceId) ?? '') : memberId;
    const code = this.members.identify(id, instanceId);
    if (code !== ErrorCode.NONE) return code;
    this.remove(this.members.get(id)!);
    return ErrorCode.NONE;
  }

  private readonly expired = (member: Member): void => this.remove(member);

  private remove(member: Member): void {
    this.forget(member);
    if (this.state === 'PreparingRebalance') this.completeIfAllJoined();
    else if (this.state !== 'Dead') this.prepare();
  }

  private forget(member: Member): void {
    unwatch(member);
    member.joining?.(refused(ErrorCode.UNKNOWN_MEMBER_ID, member.id));
    member.syncing?.(unsynced(ErrorCode.UNKNOWN_MEMBER_ID));
    member.joining = undefined;
    member.syncing = undefined;
    this.members.delete(member);
    if (this.leader === member.id) this.leader = this.members.eldest;
  }

  /** Ends everything that waits; the group cannot be used any more. */
  close(): void {
    this.state = 'Dead';
    clearTimeout(this.rebalanceTimer);
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
    for (const member of this.members.all()) {
      member.joining?.(refused(ErrorCode.COORDINATOR_NOT_AVAILABLE, member.id));
      member.syncing?.(unsynced(ErrorCode.COORDINATOR_NOT_AVAILABLE));
      member.joining = undefined;
      member.syncing = undefined;
      this.forget(member);
    }
  }

  describe(): { memberMetadata: Buffer; member: Member }[] {
    return this.members.all().map((member) => ({ member, memberMetadata: metadataOf(member, this.protocol) }));
  }

  /** Whether a member's subscription names the topic; unknown subscriptions count as naming it. */
  subscribes(topic: string): boolean {
    return (
      this.protocolType === 'consumer' &&
      this.members.all().some((member) => metadataOf(member, this.protocol).includes(Buffer.from(topic)))
    );
  }
}
