import type { LocationData, LocationEvent, ProfileEvent } from '@orderloom/contracts';
import type { ProjectionDefinition } from '@orderloom/projections';
import { location } from '../location/location.js';
import { type Profile, profile } from './profile.js';

/** A location as listed. */
export interface LocationDocument {
  readonly _id: string;
  readonly facts: LocationData;
}

/** A sourcing profile as listed, with every version. */
export interface ProfileDocument extends Profile {
  readonly _id: string;
  readonly rank: number;
  readonly updatedAt: string;
}

/** Read model `locations`. */
export const locationsProjection: ProjectionDefinition<LocationDocument> = {
  name: 'locations',
  version: 1,
  prefixes: ['location-'],
  indexes: [],
  keyOf: (event) => event.streamId.slice('location-'.length),
  evolve(doc, event) {
    // The stream holds what this service's deciders made.
    const { facts } = location.evolve(doc ?? {}, event as unknown as LocationEvent);
    return facts ? { _id: event.streamId.slice('location-'.length), facts } : doc;
  },
};

/** Read model `profiles`. */
export const profilesProjection: ProjectionDefinition<ProfileDocument> = {
  name: 'profiles',
  version: 1,
  prefixes: ['profile-'],
  indexes: [{ key: { rank: 1, _id: 1 } }],
  keyOf: (event) => event.streamId.slice('profile-'.length),
  evolve(doc, event) {
    const { versions, retired } = profile.evolve(doc ?? profile.initial(), event as unknown as ProfileEvent);
    const _id = event.streamId.slice('profile-'.length);
    return { _id, versions, retired, rank: versions.at(-1)?.rank ?? 0, updatedAt: event.time };
  },
};
