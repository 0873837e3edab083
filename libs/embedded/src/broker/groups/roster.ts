import { ErrorCode } from '../protocol/errors.js';
import type { Joined, Member, MemberProtocol } from './member.js';

const NOTHING = Buffer.alloc(0);

/** The members of a group, by id and by instance, and what they have in common. */
export class Roster {
  private readonly members = new Map<string, Member>();
  /** Member ids of static members by instance id. */
  private readonly statics = new Map<string, string>();

  get size(): number {
    return this.members.size;
  }

  /** A copy: members can be removed while it is walked through. */
  all(): Member[] {
    return [...this.members.values()];
  }

  get(id: string): Member | undefined {
    return this.members.get(id);
  }

  has(id: string): boolean {
    return this.members.has(id);
  }

  /** The current member id of a static member. */
  idOfInstance(instanceId: string): string | undefined {
    return this.statics.get(instanceId);
  }

  add(member: Member): void {
    this.members.set(member.id, member);
    if (member.instanceId !== null) this.statics.set(member.instanceId, member.id);
  }

  delete(member: Member): void {
    this.members.delete(member.id);
    if (member.instanceId !== null && this.statics.get(member.instanceId) === member.id) {
      this.statics.delete(member.instanceId);
    }
  }

  /** The member that has been there the longest, '' when there is none. */
  get eldest(): string {
    return this.members.keys().next().value ?? '';
  }

  /** Who a request says it comes from: NONE, or the error that it gets. */
  identify(memberId: string, instanceId: string | null): number {
    if (instanceId !== null) {
      const current = this.statics.get(instanceId);
      if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      return current === memberId ? ErrorCode.NONE : ErrorCode.FENCED_INSTANCE_ID;
    }
    return this.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
  }

  /** Whether every member waits for the rebalance to complete. */
  get allJoined(): boolean {
    return this.all().every((member) => member.joining !== undefined);
  }

  /** Milliseconds that the slowest member is given to join again. */
  get longestRebalanceMs(): number {
    return Math.max(0, ...this.all().map((member) => member.rebalanceTimeoutMs));
  }

  /** Whether one of these protocols is known to every member. */
  speaksOneOf(protocols: readonly MemberProtocol[]): boolean {
    return protocols.some(({ name }) => this.allSpeak(name));
  }

  private allSpeak(protocol: string): boolean {
    return this.all().every((member) => member.protocols.some(({ name }) => name === protocol));
  }

  /** Every member votes for the first of its protocols that all members know. */
  electProtocol(): string {
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = member.protocols.find(({ name }) => this.allSpeak(name));
      if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  }

  /** What the leader is told of everybody. */
  listed(protocol: string | null): Joined['members'] {
    return this.all().map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      metadata: metadataOf(member, protocol),
    }));
  }
}

/** A member's subscription in the protocol that was elected. */
export function metadataOf(member: Member, protocol: string | null): Buffer {
  return member.protocols.find(({ name }) => name === protocol)?.metadata ?? NOTHING;
}
