import { MalformedFrame, type Reader, Writer } from './bytes.js';

/** Reads and writes one type in one version of a message. */
export interface Codec<T, D = T> {
  read(from: Reader): T;
  write(to: Writer, value: D): void;
}

/**
 * A type of the protocol, independent of the version. `T` is what decoding yields (every field present),
 * `D` what encoding takes: fields that not every version has, or that have a default, can be left out.
 */
export interface Type<T, D = T> {
  codec(version: number, flexible: boolean): Codec<T, D>;
  /** The value of a field that the version does not have, or that was left out. */
  readonly fallback: T;
}

/** A type as a field of a struct, with the versions that have it. */
export interface Field<T, D = T> extends Type<T, D | undefined> {
  readonly first: number;
  readonly last: number;
  /** The tag in flexible versions, for fields that are written only when they differ from the default. */
  readonly tag?: number;
}

export type Value<X> = X extends Type<infer T, infer _D> ? T : never;
export type Draft<X> = X extends Type<infer _T, infer D> ? D : never;

type Shape = Record<string, Type<unknown, never>>;
type Optional<F extends Shape> = { [K in keyof F]: undefined extends Draft<F[K]> ? K : never }[keyof F];
type StructDraft<F extends Shape> = { readonly [K in Exclude<keyof F, Optional<F>>]: Draft<F[K]> } & {
  readonly [K in Optional<F>]?: Draft<F[K]>;
};

function primitive<T, D = T>(
  fallback: T,
  read: (from: Reader) => T,
  write: (to: Writer, value: D) => void,
): Type<T, D> {
  const codec: Codec<T, D> = { read, write };
  return { fallback, codec: () => codec };
}

export const bool = primitive<boolean>(
  false,
  (from) => from.int8() !== 0,
  (to, value) => to.int8(value ? 1 : 0),
);
export const int8 = primitive<number>(
  0,
  (from) => from.int8(),
  (to, value) => to.int8(value),
);
export const int16 = primitive<number>(
  0,
  (from) => from.int16(),
  (to, value) => to.int16(value),
);
export const int32 = primitive<number>(
  0,
  (from) => from.int32(),
  (to, value) => to.int32(value),
);
export const int64 = primitive<number>(
  0,
  (from) => from.int64(),
  (to, value) => to.int64(value),
);

/** The uuid of nothing. */
export const ZERO_UUID = '0'.repeat(32);
/** 16 bytes, as 32 hexadecimal digits. */
export const uuid = primitive<string>(
  ZERO_UUID,
  (from) => from.slice(16).toString('hex'),
  (to, value) => to.raw(Buffer.from(value, 'hex')),
);

function readLength(from: Reader, flexible: boolean, short: boolean): number {
  if (flexible) return from.uvarint() - 1;
  return short ? from.int16() : from.int32();
}

function writeLength(to: Writer, length: number, flexible: boolean, short: boolean): void {
  if (flexible) to.uvarint(length + 1);
  else if (short) to.int16(length);
  else to.int32(length);
}

function nullable<T, D>(
  fallback: T | null,
  since: number,
  short: boolean,
  readBody: (from: Reader, length: number) => T,
  writeBody: (to: Writer, value: D, flexible: boolean) => void,
): Type<T | null, D | null> {
  return {
    fallback,
    codec: (version, flexible) => ({
      read: (from) => {
        const length = readLength(from, flexible, short);
        if (length >= 0) return readBody(from, length);
        if (length === -1 && version >= since) return null;
        throw new MalformedFrame('A null where the version has none');
      },
      write: (to, value) => {
        if (value !== null) writeBody(to, value, flexible);
        // A version without null gets the empty value.
        else writeLength(to, version >= since ? -1 : 0, flexible, short);
      },
    }),
  };
}

function withFallback<T, D>(type: Type<T | null, D | null>, fallback: T): Type<T, D> {
  return {
    fallback,
    codec: (version, flexible) => {
      const codec = type.codec(version, flexible);
      return {
        read: (from) => codec.read(from) ?? fallback,
        write: (to, value) => codec.write(to, value),
      };
    },
  };
}

const NEVER = Number.MAX_SAFE_INTEGER;

const anyString = (since: number): Type<string | null> =>
  nullable<string, string>(
    null,
    since,
    true,
    (from, length) => from.utf8(length),
    (to, value, flexible) => {
      const length = Buffer.byteLength(value);
      writeLength(to, length, flexible, true);
      to.utf8(value, length);
    },
  );

export const string: Type<string> = withFallback(anyString(NEVER), '');
/** A string that can be null from version `since` on. */
export const nullableString = (since = 0): Type<string | null> => anyString(since);

const anyBytes = (since: number): Type<Buffer | null> =>
  nullable<Buffer, Buffer>(
    null,
    since,
    false,
    (from, length) => from.slice(length),
    (to, value, flexible) => {
      writeLength(to, value.length, flexible, false);
      to.raw(value);
    },
  );

export const bytes: Type<Buffer> = withFallback(anyBytes(NEVER), Buffer.alloc(0));

/** Record batches: read as one view on the frame, written from stored pieces without joining them. */
export const nullableRecords = (): Type<Buffer | null, readonly Buffer[] | null> =>
  nullable<Buffer, readonly Buffer[]>(
    null,
    0,
    false,
    (from, length) => from.slice(length),
    (to, pieces, flexible) => {
      let total = 0;
      for (const piece of pieces) total += piece.length;
      writeLength(to, total, flexible, false);
      for (const piece of pieces) to.raw(piece);
    },
  );

/** An array that can be null from version `since` on. */
export function nullableArray<T, D>(element: Type<T, D>, since = 0): Type<T[] | null, readonly D[] | null> {
  return {
    fallback: null,
    codec: (version, flexible) => {
      const item = element.codec(version, flexible);
      return nullable<T[], readonly D[]>(
        null,
        since,
        false,
        (from, length) => {
          // Every element takes at least a byte (a hostile length must not reserve memory).
          if (length > from.remaining) throw new MalformedFrame('An array is longer than the frame');
          const items: T[] = [];
          for (let i = 0; i < length; i += 1) items.push(item.read(from));
          return items;
        },
        (to, items) => {
          writeLength(to, items.length, flexible, false);
          for (const one of items) item.write(to, one);
        },
      ).codec(version, flexible);
    },
  };
}

export const array = <T, D>(element: Type<T, D>): Type<T[], readonly D[]> =>
  withFallback(nullableArray(element, NEVER), []);

function field<T, D>(
  type: Type<T, D>,
  first: number,
  last: number,
  fallback: T | undefined,
  tag?: number,
): Field<T, D> {
  return {
    first,
    last,
    ...(tag === undefined ? {} : { tag }),
    fallback: fallback === undefined ? type.fallback : fallback,
    codec: (version, flexible) => type.codec(version, flexible) as Codec<T, D | undefined>,
  };
}

/** A field that the versions `first` and later have. */
export const since = <T, D>(first: number, type: Type<T, D>, fallback?: T): Field<T, D> =>
  field(type, first, NEVER, fallback);
/** A field that the versions `first` to `last` have. */
export const between = <T, D>(first: number, last: number, type: Type<T, D>, fallback?: T): Field<T, D> =>
  field(type, first, last, fallback);
/** A field with a default. */
export const optional = <T, D>(type: Type<T, D>, fallback?: T): Field<T, D> => field(type, 0, NEVER, fallback);
/** A tagged field of the flexible versions `first` and later. */
export const tagged = <T, D>(tag: number, first: number, type: Type<T, D>, fallback?: T): Field<T, D> =>
  field(type, first, NEVER, fallback, tag);

interface Step {
  readonly key: string;
  readonly fallback: unknown;
  readonly codec: Codec<unknown, unknown>;
}

/** A struct; unknown tagged fields are skipped when read. */
export function struct<F extends Shape>(shape: F): Type<{ [K in keyof F]: Value<F[K]> }, StructDraft<F>> {
  type T = { [K in keyof F]: Value<F[K]> };
  const fields = Object.entries(shape) as unknown as [string, Type<unknown, unknown> & Partial<Field<unknown>>][];
  const empty = Object.fromEntries(fields.map(([key, type]) => [key, type.fallback]));
  const compile = (version: number, flexible: boolean): Codec<T, StructDraft<F>> => {
    const present = fields.filter(([, type]) => version >= (type.first ?? 0) && version <= (type.last ?? NEVER));
    const step = ([key, type]: (typeof fields)[number]): Step => ({
      key,
      fallback: type.fallback,
      codec: type.codec(version, flexible),
    });
    const steps = present.filter(([, type]) => type.tag === undefined).map(step);
    const tags = new Map(present.flatMap((one) => (one[1].tag === undefined ? [] : [[one[1].tag, step(one)]])));
    const absent = Object.fromEntries(
      fields.filter(([key]) => !steps.some((one) => one.key === key)).map(([key, type]) => [key, type.fallback]),
    );
    return {
      read: (from) => {
        const value: Record<string, unknown> = { ...absent };
        for (const { key, codec } of steps) value[key] = codec.read(from);
        if (flexible) readTags(from, tags, value);
        return value as T;
      },
      write: (to, draft) => {
        const value = draft as Record<string, unknown>;
        for (const { key, codec, fallback } of steps) {
          const given = value[key];
          codec.write(to, given === undefined ? fallback : given);
        }
        if (flexible) writeTags(to, tags, value);
      },
    };
  };
  return { fallback: empty as T, codec: compile };
}

function readTags(from: Reader, tags: ReadonlyMap<number, Step>, value: Record<string, unknown>): void {
  for (let count = from.uvarint(); count > 0; count -= 1) {
    const known = tags.get(from.uvarint());
    const size = from.uvarint();
    if (known === undefined) from.slice(size);
    else value[known.key] = known.codec.read(from);
  }
}

function writeTags(to: Writer, tags: ReadonlyMap<number, Step>, value: Record<string, unknown>): void {
  const given = [...tags].filter(([, { key, fallback }]) => value[key] !== undefined && value[key] !== fallback);
  to.uvarint(given.length);
  for (const [tag, { key, codec }] of given) {
    const body = new Writer();
    codec.write(body, value[key]);
    to.uvarint(tag);
    to.uvarint(body.length);
    for (const chunk of body.finish()) to.raw(chunk);
  }
}
