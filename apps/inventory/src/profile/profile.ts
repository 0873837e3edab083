import { type ProfileData, type ProfileEvent, Refused } from '@orderloom/contracts';

/** State of a `profile-` stream: every version that was ever in force. */
export interface Profile {
  /** Oldest first; version n is at n − 1. */
  readonly versions: readonly ProfileData[];
  readonly retired: boolean;
}

/** The aggregate of one sourcing profile. */
export const profile = {
  prefix: 'profile',
  initial: (): Profile => ({ versions: [], retired: false }),
  evolve(state: Profile, event: ProfileEvent): Profile {
    switch (event.type) {
      case 'SourcingProfileSaved':
        return { versions: [...state.versions, event.data], retired: false };
      case 'SourcingProfileRetired':
        return { ...state, retired: true };
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;

/** What a caller says of a profile. */
export type SaveProfile = Omit<ProfileData, 'version'>;

const text = ({ version: _, ...rules }: SaveProfile & { version?: number }): string =>
  JSON.stringify(Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Saves a new version; the rules in force again are no event. */
export const saveProfile = (command: SaveProfile, state: Profile): ProfileEvent[] => {
  const current = state.versions.at(-1);
  if (current && !state.retired && text(current) === text(command)) return [];
  return [{ type: 'SourcingProfileSaved', data: { ...command, version: state.versions.length + 1 } }];
};

/** Uses it no more; retired before is no event. @throws Refused PROFILE_NOT_FOUND */
export const retireProfile = (profileId: string, state: Profile): ProfileEvent[] => {
  const version = state.versions.length;
  if (version === 0) throw new Refused('PROFILE_NOT_FOUND', { profileId });
  return state.retired ? [] : [{ type: 'SourcingProfileRetired', data: { profileId, version } }];
};
