import { Deployment } from './deployment.js';
import { expectConsistent, hurry, rounds } from './settle.js';
import { Shop } from './shop.js';

describe('services that run as processes of their own', () => {
  let deployment: Deployment;
  let shop: Shop;
  beforeAll(async () => {
    deployment = await Deployment.start();
    shop = new Shop(deployment);
    console.log(`seed ${shop.seed}`);
    await shop.prepare();
    await hurry(deployment);
  }, 240_000);
  afterAll(() => deployment?.remove(), 60_000);

  it('lose nothing when each is stopped in order and started again under load', async () => {
    for (let round = 0; round < rounds(1); round++) {
      const before = shop.placed;
      shop.open(60, 2, 250);
      await shop.until(before + 3);
      for (const name of deployment.names) {
        expect({ name, ...(await deployment.stop(name)) }).toEqual({ name, code: 0, signal: null });
        await deployment.run(name);
      }
      await expectConsistent(deployment, shop);
    }
  }, 240_000);

  it('share the work when one becomes three and one again', async () => {
    for (let round = 0; round < rounds(1); round++) {
      const before = shop.placed;
      shop.open(40, 4, 100);
      await shop.until(before + 3);
      const more = await Promise.all([deployment.another('inventory'), deployment.another('inventory')]);
      const joined = shop.placed;
      await shop.until(Math.min(joined + 6, before + 40));
      await more[0].stop();
      // Without a word: its partitions are given to others when its session has ended.
      await more[1].kill();
      await expectConsistent(deployment, shop);
    }
  }, 240_000);
});
