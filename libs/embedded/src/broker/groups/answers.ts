import type { Joined, JoinInput, Member, MemberProtocol, Synced } from './member.js';

const NOTHING = Buffer.alloc(0);

/** What a member keeps of its request. */
export function taken(
  input: JoinInput,
): Pick<Member, 'clientId' | 'clientHost' | 'sessionTimeoutMs' | 'rebalanceTimeoutMs' | 'protocols'> {
  const { clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs } = input;
  // Copied: views would keep whole requests in memory.
  const protocols = input.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
  return { clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols };
}

/** Whether a member asks for exactly what it asked for before. */
export function sameProtocols(a: readonly MemberProtocol[], b: readonly MemberProtocol[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => one.name === b[index]!.name && one.metadata.equals(b[index]!.metadata))
  );
}

/** The answer to a join that failed. */
export const refused = (errorCode: number, memberId: string): Joined => ({
  errorCode,
  generationId: -1,
  protocolType: null,
  protocolName: null,
  leader: '',
  memberId,
  skipAssignment: false,
  members: [],
});

/** The answer to a sync that failed. */
export const unsynced = (errorCode: number): Synced => ({
  errorCode,
  protocolType: null,
  protocolName: null,
  assignment: NOTHING,
});
