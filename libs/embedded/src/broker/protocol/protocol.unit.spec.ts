import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type ApiName, apiByKey, apis } from './apis.js';
import { MalformedFrame, Reader, Writer } from './bytes.js';
import {
  array,
  int16,
  int32,
  int64,
  nullableString,
  optional,
  since,
  string,
  struct,
  type Type,
  tagged,
} from './schema.js';

function encode<D>(type: Type<unknown, D>, version: number, flexible: boolean, value: D): Buffer {
  const to = new Writer();
  type.codec(version, flexible).write(to, value);
  return Buffer.concat(to.finish());
}

describe('the schema codec', () => {
  const type = struct({
    name: string,
    maybe: nullableString(1),
    newer: since(2, int32, -1),
    numbers: optional(array(int64)),
    extra: tagged(0, 3, int16, 7),
  });

  it('writes what a version has, and reads defaults for what it has not', () => {
    const value = { name: 'é', maybe: null, newer: 5, numbers: [1, -1, 2 ** 40], extra: 9 };
    expect(encode(type, 0, false, value).toString('hex')).toBe(
      `0002c3a9${'0000'}${'00000003'}${'0000000000000001'}${'ffffffffffffffff'}${'0000010000000000'}`,
    );
    const read = (version: number, flexible: boolean) =>
      type.codec(version, flexible).read(new Reader(encode(type, version, flexible, value)));
    expect(read(0, false)).toEqual({ ...value, maybe: '', newer: -1, extra: 7 });
    expect(read(2, false)).toEqual({ ...value, extra: 7 });
    expect(read(3, true)).toEqual(value);
  });

  it('leaves a tagged field out when it has its default, and skips unknown ones', () => {
    const bytes = encode(type, 3, true, { name: '', maybe: 'x', newer: 0 });
    expect(bytes.at(-1)).toBe(0);
    const unknown = Buffer.concat([bytes.subarray(0, -1), Buffer.from([1, 5, 2, 0xaa, 0xbb])]);
    expect(type.codec(3, true).read(new Reader(unknown))).toMatchObject({ maybe: 'x', extra: 7 });
  });

  it('reads back every message of every version from its defaults', () => {
    for (const api of apiByKey.values()) {
      const { request, response } = apis[api.name];
      for (let version = api.min; version <= api.max; version += 1) {
        for (const message of [request, response] as Type<unknown>[]) {
          const bytes = encode(message, version, version >= api.flexible, message.fallback);
          const from = new Reader(bytes);
          message.codec(version, version >= api.flexible).read(from);
          expect(from.remaining).toBe(0);
        }
      }
    }
  });

  it('meets any bytes with a value or MalformedFrame', () => {
    const names = Object.keys(apis) as ApiName[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(20), fc.uint8Array({ maxLength: 200 }), (name, step, bytes) => {
        const { min, max, flexible, request } = apis[name];
        const version = min + (step % (max - min + 1));
        try {
          (request as Type<unknown>).codec(version, version >= flexible).read(new Reader(Buffer.from(bytes)));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFrame);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the README', () => {
  it('lists the requests and versions that are served', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| (\d+) +\| (\w+) +\| (\d+)(?:–(\d+))? +\|$/gm)].map(
      ([, key, name, min, max]) => [Number(key), name, Number(min), Number(max ?? min)],
    );
    expect(rows).toEqual(Object.values(apis).map(({ key, name, min, max }) => [key, name, min, max]));
  });
});
