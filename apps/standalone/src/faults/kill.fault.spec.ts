import { execFileSync } from 'node:child_process';
import { eventually } from '@orderloom/testing';
import { Platform } from '../e2e/platform.js';
import { expectConsistent, hurry, rounds } from './settle.js';
import { Shop } from './shop.js';

/** The engines run as the one child of the platform's process. */
const engineProcess = (platform: Platform): number =>
  Number(
    execFileSync('ps', ['-o', 'pid=', '--ppid', String(platform.process.pid)])
      .toString()
      .trim()
      .split('\n')[0],
  );

/** Processes of the platform that are left after it was killed: the engines notice by themselves, a moment later. */
const killAll = async (platform: Platform): Promise<void> => {
  const engines = engineProcess(platform);
  await platform.process.kill();
  try {
    process.kill(engines, 'SIGKILL');
  } catch {
    // They were faster.
  }
};

describe('a platform that is killed under load', () => {
  let platform: Platform;
  let shop: Shop;
  beforeAll(async () => {
    platform = await Platform.start();
    shop = new Shop(platform);
    console.log(`seed ${shop.seed}`);
    await shop.prepare();
  }, 90_000);
  afterAll(() => platform?.remove(), 30_000);

  const restart = async () => {
    platform = await Platform.start(platform.dataDir);
    shop.target = platform;
  };

  it('loses nothing and does nothing twice when everything is killed at once, timers under way included', async () => {
    for (let round = 0; round < rounds(2); round++) {
      const before = shop.placed;
      // So slow that parcels are on their way when the process ends, and come later.
      await platform.call('PUT', '/api/simulation', { speed: 20_000 });
      shop.open(12);
      await shop.until(before + 6);
      await killAll(platform);
      await restart();
      await shop.close();
    }
    await shop.repeat();
    await expectConsistent(platform, shop);
  }, 240_000);

  it('goes on when the engines alone are killed, and gives up no message', async () => {
    for (let round = 0; round < rounds(1); round++) {
      await hurry(platform);
      const before = shop.placed;
      const engines = engineProcess(platform);
      shop.open(20);
      await shop.until(before + 6);
      process.kill(engines, 'SIGKILL');
      await shop.until(before + 16);
      await shop.close();
      await eventually(() => engineProcess(platform) !== engines, 'the engines are started again');
    }
    await expectConsistent(platform, shop);
  }, 240_000);

  it('loses nothing when it is stopped in order under load', async () => {
    for (let round = 0; round < rounds(1); round++) {
      await hurry(platform);
      const before = shop.placed;
      shop.open(16);
      await shop.until(before + 6);
      expect(await platform.process.stop('SIGTERM')).toEqual({ code: 0, signal: null });
      await restart();
      await shop.close();
    }
    await expectConsistent(platform, shop);
  }, 240_000);
});
