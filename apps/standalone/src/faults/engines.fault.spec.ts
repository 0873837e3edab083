import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildProcess, type FaultProxy, runNode, startFaultProxy } from '@orderloom/testing';
import { Platform } from '../e2e/platform.js';
import { mainOf } from './deployment.js';
import { expectConsistent, hurry, rounds } from './settle.js';
import { Shop } from './shop.js';

/** The host and port of a connection string. */
const addressOf = (url: string): string => /\/\/([^/?]+)/.exec(url)?.[1] ?? url;

/** How long an outage lasts: longer than a request waits, so that callers and consumers notice. */
const OUTAGE_MS = 4_000 * rounds(1);
const outage = () => new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));

describe('a platform whose engines cannot be reached for a while', () => {
  let dataDir: string;
  let engines: ChildProcess;
  let mongodb: FaultProxy;
  let eventStore: FaultProxy;
  let platform: Platform;
  let shop: Shop;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orderloom-outage-'));
    const ports = { EVENTSTORE_PORT: '0', KAFKA_PORT: '0', MONGODB_PORT: '0' };
    engines = runNode(mainOf('libs/embedded'), { env: { ORDERLOOM_DATA: dataDir, ...ports } });
    const urls = JSON.parse(await engines.waitForOutput(/^\{/, 30_000)) as Record<
      'EVENTSTORE_URL' | 'KAFKA_BROKERS' | 'MONGODB_URL',
      string
    >;
    mongodb = await startFaultProxy(addressOf(urls.MONGODB_URL));
    eventStore = await startFaultProxy(addressOf(urls.EVENTSTORE_URL));
    platform = await Platform.start(undefined, {
      ...urls,
      MONGODB_URL: urls.MONGODB_URL.replace(addressOf(urls.MONGODB_URL), mongodb.address),
      EVENTSTORE_URL: urls.EVENTSTORE_URL.replace(addressOf(urls.EVENTSTORE_URL), eventStore.address),
    });
    shop = new Shop(platform);
    console.log(`seed ${shop.seed}`);
    await shop.prepare();
    await hurry(platform);
  }, 240_000);
  afterAll(async () => {
    mongodb?.heal();
    eventStore?.heal();
    await platform?.remove();
    await Promise.all([mongodb?.close(), eventStore?.close()]);
    await engines?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  it.each([
    ['MongoDB refuses and drops connections', () => mongodb.refuse(), () => mongodb.heal()],
    ['the event store is a black hole', () => eventStore.blackHole(), () => eventStore.heal()],
    ['the links of both are cut', () => [mongodb.cut(), eventStore.cut()], () => undefined],
  ])(
    'gives up no message and completes everything when %s',
    async (_what, strike, heal) => {
      const before = shop.placed;
      shop.open(16);
      await shop.until(before + 4);
      strike();
      await outage();
      heal();
      await shop.until(before + 16);
      await expectConsistent(platform, shop);
    },
    240_000,
  );
});
