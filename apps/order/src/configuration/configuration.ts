import { Refused } from '@orderloom/contracts';
import type { Aggregate } from '@orderloom/event-sourcing';

/** Data in its stored form. */
export type Value = Record<string, unknown>;

/**
 * What a company sets up as data (channels, adapters, custom fields, return policies). One stream per kind of it,
 * `setting-{kind}`: few and small, read whole, and every version stays readable in the log. Not published: nobody
 * outside this service follows it.
 */
export type ConfigurationEvent =
  | { readonly type: 'EntrySet'; readonly data: { name: string; version: number; value: Value } }
  | { readonly type: 'EntryRemoved'; readonly data: { name: string } };

/** One version of an entry. */
export interface Entry {
  readonly name: string;
  readonly version: number;
  readonly value: Value;
  readonly changedAt: string;
  readonly removed: boolean;
}

/** Every entry of a kind by name, removed ones included: their version numbers are never given out again. */
export type Configuration = ReadonlyMap<string, Entry>;

const EMPTY: Configuration = new Map();

const evolve = (entries: Configuration, event: ConfigurationEvent, at: string): Configuration => {
  const next = new Map(entries);
  switch (event.type) {
    case 'EntrySet': {
      const { name, version, value } = event.data;
      next.set(name, { name, version, value, changedAt: at, removed: false });
      return next;
    }
    case 'EntryRemoved': {
      const known = next.get(event.data.name);
      if (known !== undefined) next.set(known.name, { ...known, changedAt: at, removed: true });
      return next;
    }
    default:
      event satisfies never;
      return entries;
  }
};

export const configurationAggregate: Aggregate<Configuration, ConfigurationEvent> = {
  prefix: 'setting',
  initial: () => EMPTY,
  evolve,
};

/** Equal whatever the order of the fields. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/**
 * Sets an entry; the same value again changes nothing.
 * @param base version that ships with the product, which the first own version follows; 0 when none does
 */
export const setEntry = (
  command: { name: string; value: Value; base?: number },
  entries: Configuration,
): ConfigurationEvent[] => {
  const { name, value } = command;
  const known = entries.get(name);
  if (known !== undefined && !known.removed && canonical(known.value) === canonical(value)) return [];
  return [{ type: 'EntrySet', data: { name, version: (known?.version ?? command.base ?? 0) + 1, value } }];
};

/** Removes an entry. @throws Refused SETTING_NOT_FOUND when there has never been one */
export const removeEntry = (command: { name: string }, entries: Configuration): ConfigurationEvent[] => {
  const known = entries.get(command.name);
  if (known === undefined) throw new Refused('SETTING_NOT_FOUND', { name: command.name });
  return known.removed ? [] : [{ type: 'EntryRemoved', data: { name: command.name } }];
};
