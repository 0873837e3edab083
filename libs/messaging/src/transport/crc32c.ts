// Slicing by eight: eight table look-ups handle eight bytes at once.
// Polynomial: Castagnoli, reflected (RFC 3720, appendix B.4).
const TABLES: readonly Uint32Array[] = (() => {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  const first = tables[0] as Uint32Array;
  for (let n = 0; n < 256; n += 1) {
    let crc = n;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    first[n] = crc >>> 0;
  }
  for (let t = 1; t < 8; t += 1) {
    const before = tables[t - 1] as Uint32Array;
    const table = tables[t] as Uint32Array;
    for (let n = 0; n < 256; n += 1) {
      const crc = before[n] as number;
      table[n] = ((crc >>> 8) ^ (first[crc & 0xff] as number)) >>> 0;
    }
  }
  return tables;
})();
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/** CRC-32C of the bytes from `from` up to, not including, `to`; unsigned. */
export const crc32c = (data: Uint8Array, from = 0, to = data.length): number => {
  // Look-ups in range by construction; `| 0` satisfies the compiler and costs nothing.
  const at = (index: number): number => (data[index] as number) | 0;
  let crc = 0xffffffff | 0;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    const low = crc ^ (at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24));
    crc =
      (T7[low & 0xff] as number) ^
      (T6[(low >>> 8) & 0xff] as number) ^
      (T5[(low >>> 16) & 0xff] as number) ^
      (T4[low >>> 24] as number) ^
      (T3[at(i + 4)] as number) ^
      (T2[at(i + 5)] as number) ^
      (T1[at(i + 6)] as number) ^
      (T0[at(i + 7)] as number);
  }
  for (; i < to; i += 1) crc = (crc >>> 8) ^ (T0[(crc ^ at(i)) & 0xff] as number);
  return ~crc >>> 0;
};
