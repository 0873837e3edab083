/** What a setting's text may be and what it becomes. */
export interface SettingKind<T> {
  readonly description: string;
  /** Shown in the documentation, e.g. `number 1–65535`. */
  readonly form: string;
  /** Text taken when the variable is unset; `undefined` means the setting is required unless `optional`. */
  readonly fallback?: string;
  readonly optional: boolean;
  /** Never printed or logged. */
  readonly secret: boolean;
  /** @throws Error whose message completes the sentence "NAME …" */
  parse(text: string): T;
}

interface Common {
  description: string;
  secret?: boolean;
}

type Options<T> = Common & ({ default: T; optional?: undefined } | { default?: undefined; optional?: boolean });
/** `undefined` is possible exactly when the setting is optional. */
type Result<T, O> = O extends { optional: true } ? T | undefined : T;

const kind = <T, O extends Options<T>>(
  options: O,
  form: string,
  show: (value: T) => string,
  parse: (text: string) => T,
): SettingKind<Result<T, O>> => ({
  description: options.description,
  form,
  ...(options.default === undefined ? {} : { fallback: show(options.default as T) }),
  optional: options.optional === true,
  secret: options.secret === true,
  parse: parse as (text: string) => Result<T, O>,
});

const number = <O extends Options<number> & { min?: number; max?: number }>(options: O, whole: boolean) => {
  const { min, max } = options;
  const range = min !== undefined && max !== undefined ? ` ${min}–${max}` : min !== undefined ? ` ≥ ${min}` : '';
  return kind<number, O>(options, `${whole ? 'whole number' : 'number'}${range}`, String, (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || (whole && !Number.isInteger(value)))
      throw new Error(`must be a ${whole ? 'whole ' : ''}number, not "${text}"`);
    if (min !== undefined && value < min) throw new Error(`must be at least ${min}`);
    if (max !== undefined && value > max) throw new Error(`must be at most ${max}`);
    return value;
  });
};

/** The kinds of settings. Each takes a description and either a default or `optional: true`; neither: required. */
export const setting = {
  /** Any text. */
  text: <O extends Options<string> & { pattern?: RegExp; hint?: string }>(options: O) =>
    kind<string, O>(options, options.hint ?? 'text', String, (text) => {
      if (options.pattern && !options.pattern.test(text))
        throw new Error(`must be ${options.hint ?? 'in another form'}`);
      return text;
    }),
  /** A whole number. */
  integer: <O extends Options<number> & { min?: number; max?: number }>(options: O) => number<O>(options, true),
  /** Any number. */
  number: <O extends Options<number> & { min?: number; max?: number }>(options: O) => number<O>(options, false),
  /** `true` or `false`. */
  flag: <O extends Options<boolean>>(options: O) =>
    kind<boolean, O>(options, '`true` or `false`', String, (text) => {
      if (/^(true|1|yes|on)$/i.test(text)) return true;
      if (/^(false|0|no|off)$/i.test(text)) return false;
      throw new Error(`must be true or false, not "${text}"`);
    }),
  /** One of a few words. */
  oneOf: <const V extends string, O extends Options<V>>(values: readonly V[], options: O) =>
    kind<V, O>(options, values.map((value) => `\`${value}\``).join(', '), String, (text) => {
      const found = values.find((value) => value === text);
      if (found === undefined) throw new Error(`must be one of ${values.join(', ')}, not "${text}"`);
      return found;
    }),
  /** A connection string with one of the given schemes (all when none are given). */
  url: <O extends Options<string> & { schemes?: readonly string[] }>(options: O) =>
    kind<string, O>(
      options,
      options.schemes ? options.schemes.map((s) => `\`${s}://…\``).join(', ') : 'URL',
      String,
      (text) => {
        const scheme = /^([a-z][a-z0-9+.-]*):\/\/\S+$/i.exec(text)?.[1]?.toLowerCase();
        if (!scheme) throw new Error('must be a URL');
        if (options.schemes && !options.schemes.includes(scheme))
          throw new Error(`must start with ${options.schemes.map((s) => `${s}://`).join(' or ')}`);
        return text;
      },
    ),
  /** Texts separated by commas. */
  list: <O extends Options<string[]>>(options: O) =>
    kind<string[], O>(
      options,
      'list, separated by commas',
      (value) => value.join(','),
      (text) =>
        text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
    ),
};
