import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';

/**
 * Unpacks a WOFF font (https://www.w3.org/TR/WOFF/) into the plain font it holds. A font library that reads WOFF
 * itself inflates its tables again with every access, which takes seconds per page for a Chinese font.
 */
export const unpackWoff = (woff: Buffer): Buffer => {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('not a WOFF font');
  const count = woff.readUInt16BE(12);
  const font = Buffer.alloc(woff.readUInt32BE(16));
  woff.copy(font, 0, 4, 8);
  font.writeUInt16BE(count, 4);
  const power = 2 ** Math.floor(Math.log2(count));
  font.writeUInt16BE(power * 16, 6);
  font.writeUInt16BE(Math.log2(power), 8);
  font.writeUInt16BE((count - power) * 16, 10);
  let at = 12 + count * 16;
  for (let table = 0; table < count; table++) {
    const entry = 44 + table * 20;
    const offset = woff.readUInt32BE(entry + 4);
    const packed = woff.readUInt32BE(entry + 8);
    const length = woff.readUInt32BE(entry + 12);
    const data = woff.subarray(offset, offset + packed);
    (packed < length ? inflateSync(data) : data).copy(font, at);
    const target = 12 + table * 16;
    woff.copy(font, target, entry, entry + 4);
    woff.copy(font, target + 4, entry + 16, entry + 20);
    font.writeUInt32BE(at, target + 8);
    font.writeUInt32BE(length, target + 12);
    at += Math.ceil(length / 4) * 4;
  }
  return font;
};

const require = createRequire(import.meta.url);
let font: Buffer | undefined;

/** Noto Sans SC: Latin and simplified Chinese. Read when the first paper is printed. */
export const paperFont = (): Buffer => {
  font ??= unpackWoff(
    readFileSync(require.resolve('@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff')),
  );
  return font;
};
