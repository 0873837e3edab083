import type { Member } from './member.js';

/** A sign of life. */
export function touch(member: Member): void {
  member.seen = Date.now();
}

/**
 * Calls `expired` once the member has been silent for its session time-out. One timer per member, which
 * looks at the last sign of life when it fires, instead of a new one per heartbeat.
 */
export function watch(member: Member, expired: (member: Member) => void): void {
  const rest = member.seen + member.sessionTimeoutMs - Date.now();
  member.timer = setTimeout(
    () => {
      // Who waits for an answer of the coordinator cannot be blamed for silence.
      if (member.joining !== undefined || member.syncing !== undefined) touch(member);
      if (Date.now() - member.seen >= member.sessionTimeoutMs) expired(member);
      else watch(member, expired);
    },
    Math.max(1, rest),
  );
}

export function unwatch(member: Member): void {
  clearTimeout(member.timer);
}
