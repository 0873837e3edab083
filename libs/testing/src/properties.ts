import fc from 'fast-check';

/** The seed of this run: `ORDERLOOM_SEED` to replay one, random otherwise. 32-bit integer. */
export const seedOf = (env: Readonly<Record<string, string | undefined>> = process.env): number => {
  const given = env['ORDERLOOM_SEED'];
  if (given === undefined || given === '') return Math.trunc(Math.random() * 0x7fffffff);
  const seed = Number(given);
  if (!Number.isInteger(seed)) throw new Error(`ORDERLOOM_SEED must be an integer, not "${given}"`);
  return seed;
};

/**
 * Runs a fast-check property; a failure names the seed with which it can be replayed
 * (`ORDERLOOM_SEED=… npm run jest -- <file>`).
 */
export const checkProperty = async <Ts>(
  property: fc.IAsyncProperty<Ts> | fc.IProperty<Ts>,
  options: fc.Parameters<Ts> = {},
): Promise<void> => {
  const seed = options.seed ?? seedOf();
  try {
    await fc.assert(property, { ...options, seed });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`replay with ORDERLOOM_SEED=${seed}\n${text}`, { cause: error });
  }
};
