import type { LocationData, LocationEvent } from '@orderloom/contracts';

/** State of a `location-` stream. */
export interface Location {
  readonly facts?: LocationData;
}

/** The aggregate of what sourcing knows of a location. */
export const location = {
  prefix: 'location',
  initial: (): Location => ({}),
  evolve(state: Location, event: LocationEvent): Location {
    switch (event.type) {
      case 'LocationRegistered':
      case 'LocationChanged':
        return { facts: event.data };
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;

const text = (facts: LocationData): string =>
  JSON.stringify(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Registers a location or replaces what is known of it; the same again is no event. */
export const saveLocation = (facts: LocationData, state: Location): LocationEvent[] =>
  state.facts && text(state.facts) === text(facts)
    ? []
    : [{ type: state.facts ? 'LocationChanged' : 'LocationRegistered', data: facts }];
