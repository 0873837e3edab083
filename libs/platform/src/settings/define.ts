import type { SettingKind } from './kinds.js';

type Kinds = Readonly<Record<string, SettingKind<unknown>>>;
type Values<K extends Kinds> = { readonly [N in keyof K]: K[N] extends SettingKind<infer T> ? T : never };

/** The settings of one service, as defined; read them with `readSettings`. */
export class SettingsSpec<K extends Kinds = Kinds> {
  constructor(
    /** Service or program the settings belong to. */
    readonly name: string,
    readonly kinds: K,
  ) {}
}

/** The values a spec gives: `type OrderSettings = SettingsOf<typeof orderSettings>`. */
export type SettingsOf<S extends SettingsSpec> = S extends SettingsSpec<infer K> ? Values<K> : never;

/** Settings are wrong. `problems` names every one of them, not just the first. */
export class SettingsInvalid extends Error {
  override readonly name = 'SettingsInvalid';
  constructor(
    service: string,
    readonly problems: readonly string[],
  ) {
    super(`The settings of ${service} are not right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * Reads and checks settings from the environment. An empty variable counts as unset (compose files and charts
 * often pass empty ones).
 * @throws SettingsInvalid listing every problem at once
 */
export function readSettings<S extends SettingsSpec>(
  spec: S,
  env: Readonly<Record<string, string | undefined>>,
): SettingsOf<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(spec.kinds)) {
    const given = env[name];
    const text = given === undefined || given === '' ? kind.fallback : given;
    if (text === undefined) {
      if (!kind.optional) problems.push(`${name} is required: ${kind.description}`);
      values[name] = undefined;
      continue;
    }
    try {
      values[name] = kind.parse(text);
    } catch (error) {
      // A secret's text may be quoted in the message, so only say which one it is.
      const why = error instanceof Error && !kind.secret ? error.message : `must be ${kind.form}`;
      problems.push(`${name} ${why}`);
    }
  }
  if (problems.length > 0) throw new SettingsInvalid(spec.name, problems);
  return Object.freeze(values) as SettingsOf<S>; // every name of the spec was just parsed by its own kind
}
