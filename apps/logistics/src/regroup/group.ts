import type { FulfilmentGroupEvent, LogisticsEventData } from '@orderloom/contracts';

export type ReservedLine = LogisticsEventData['FulfilmentCreated']['lines'][number];
export type Member = LogisticsEventData['FulfilmentJoined']['member'];

/** How a fulfilment order belongs together with others. */
export interface Group {
  /** How often it was split: parts of each time have ids of their own. */
  readonly splits: readonly string[];
  /** Parts it was split into that were not taken back. */
  readonly parts: readonly { readonly fulfilmentId: string; readonly lines: readonly ReservedLine[] }[];
  /** Those whose units go out with its parcel. */
  readonly members: readonly (Member & { readonly mergeId: string })[];
  /** Mergings that were undone. */
  readonly left: readonly string[];
  /** Whose parcel its units go out with. */
  readonly into: string | null;
  /** The merging that put it there. */
  readonly mergeId: string | null;
}

export const ALONE: Group = { splits: [], parts: [], members: [], left: [], into: null, mergeId: null };

/** Folds an event into the group. */
export const evolveGroup = (group: Group, event: FulfilmentGroupEvent): Group => {
  switch (event.type) {
    case 'FulfilmentSplit':
      return { ...group, splits: [...group.splits, event.data.splitId], parts: [...group.parts, ...event.data.parts] };
    case 'FulfilmentRejoined':
      return { ...group, parts: group.parts.filter(({ fulfilmentId }) => fulfilmentId !== event.data.partId) };
    case 'FulfilmentMerged':
      return { ...group, into: event.data.into, mergeId: event.data.mergeId };
    case 'FulfilmentUnmerged':
      return { ...group, into: null, mergeId: null };
    case 'FulfilmentJoined':
      return { ...group, members: [...group.members, { ...event.data.member, mergeId: event.data.mergeId }] };
    case 'FulfilmentLeft':
      return {
        ...group,
        members: group.members.filter(({ mergeId }) => mergeId !== event.data.mergeId),
        left: [...group.left, event.data.mergeId],
      };
    default:
      return unknown(event, group);
  }
};

/** Adds lines to others; units of the same reservation become one line. */
export const withLines = <L extends { readonly reservationId: string; readonly quantity: number }>(
  lines: readonly L[],
  more: readonly L[],
): L[] => {
  const all = new Map(lines.map((line) => [line.reservationId, line]));
  for (const line of more) {
    const had = all.get(line.reservationId);
    all.set(line.reservationId, had === undefined ? line : { ...had, quantity: had.quantity + line.quantity });
  }
  return [...all.values()];
};

const unknown = <S>(_event: never, group: S): S => group;
