import { execFileSync } from 'node:child_process';
import { eventually } from '@orderloom/testing';
import { usageOfTree } from '../bench/processes.js';
import { Platform } from '../e2e/platform.js';
import { expectConsistent, hurry, rounds } from './settle.js';
import { Shop } from './shop.js';

/** The processes that the platform's own has started: from /proc, or from `ps` where there is none. */
function childrenOf({ process: { pid: root } }: Platform): { pid: number; name: string }[] {
  const tree = usageOfTree(root);
  if (tree) return tree.filter(({ pid }) => pid !== root);
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args=']).toString().trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent]) => Number(parent) === root)
    .map(([pid, , ...command]) => ({ pid: Number(pid), name: command.join(' ') }));
}

const engineProcess = (platform: Platform): number =>
  childrenOf(platform).find(({ name }) => name.includes('embedded'))?.pid ?? 0;

/** Ends every process at once, as a power cut does. */
const killAll = async (platform: Platform): Promise<void> => {
  const children = childrenOf(platform);
  const exit = platform.process.kill();
  for (const { pid } of children) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It noticed by itself and was faster.
    }
  }
  await exit;
};

describe('a platform that is killed under load', () => {
  let platform: Platform;
  let shop: Shop;
  beforeAll(async () => {
    platform = await Platform.start();
    shop = new Shop(platform);
    console.log(`seed ${shop.seed}`);
    await shop.prepare();
  }, 240_000);
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
      // By turns everything at once, and the main process alone: what it started notices and ends by itself.
      if (round % 2 === 0) await killAll(platform);
      else await platform.process.kill();
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
      await eventually(() => ![0, engines].includes(engineProcess(platform)), 'the engines are started again');
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
