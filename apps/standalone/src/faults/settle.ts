import { EventStore } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import { eventually } from '@orderloom/testing';
import { describeDifference } from '../ledger/difference.js';
import { lagging, readDeadLetters } from '../ledger/read-platform.js';
import { type ReconcileOptions, type Reconciliation, reconcile } from '../ledger/reconcile.js';
import type { Shop, Target } from './shop.js';

/** How many rounds of a fault; `FAULT_ROUNDS` makes a run longer. */
export const rounds = (usual: number): number => usual * Math.max(1, Number(process.env['FAULT_ROUNDS'] ?? 1) || 1);

/** A platform that can be looked into. */
export interface Inspected extends Target {
  get(path: string): Promise<unknown>;
  readonly engines: { readonly eventStore: string; readonly kafka: string };
  /** The last of what its processes have logged. */
  said(): string;
}

/** The simulation runs so fast that a parcel takes less than a second. */
export const hurry = (platform: Target): Promise<unknown> =>
  platform.call('PUT', '/api/simulation', { speed: 1_000_000, running: true });

/** Takes in what is missing and waits until every order has ended, every notice is out and nothing lags behind. */
export async function atRest(platform: Inspected, shop: Shop): Promise<void> {
  shop.target = platform;
  await shop.close();
  await shop.restock();
  await hurry(platform);
  const items = async (path: string) => ((await platform.get(path)) as { items: { id: string }[] }).items;
  await eventually(
    async () => {
      const open = await items('/api/orders?status=SUBMITTED,CONFIRMED&mode=live&limit=5&count=none');
      if (open.length > 0) throw new Error(`open: ${open.map(({ id }) => id).join(', ')}`);
      const refunds = await items('/api/orders?payment=REFUND_PENDING,REQUESTED&limit=5&count=none');
      if (refunds.length > 0) throw new Error(`money under way: ${refunds.map(({ id }) => id).join(', ')}`);
      const queued = await items('/api/notifications?status=queued&limit=5');
      if (queued.length > 0) throw new Error(`notices waiting: ${queued.map(({ id }) => id).join(', ')}`);
    },
    { deadlineMs: 90_000, everyMs: 100, message: 'every order has ended' },
  ).catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await whereItStands(platform)}`, { cause: error });
  });
}

/** What an operator would look at first: what lags, what lies dead, and how far the open orders have come. */
async function whereItStands(platform: Inspected): Promise<string> {
  const get = (path: string) => platform.get(path);
  const said: string[] = [];
  const tell = async (ask: () => Promise<readonly string[]>) =>
    said.push(...(await ask().catch((error: Error) => [error.message])));
  await tell(() => lagging(get));
  await tell(async () => (await readDeadLetters(get)).map(describeDifference));
  await tell(async () => {
    const { items } = (await get('/api/orders?status=SUBMITTED,CONFIRMED&mode=live&limit=5')) as {
      items: { id: string }[];
    };
    return Promise.all(
      items.map(async ({ id }) => {
        const { events } = (await get(`/api/orders/${id}/history`)) as {
          events: { type: string; recordedAt: string }[];
        };
        const { items: work } = (await get(`/api/fulfilments?orderId=${id}`)) as { items: object[] };
        const told = events.map(({ type, recordedAt }) => `${recordedAt} ${type}`);
        return [id, ...told, ...work.map((one) => JSON.stringify(one))].join('\n  ');
      }),
    );
  });
  await tell(async () => [JSON.stringify(await get('/api/simulation'))]);
  return [...said, platform.said()].join('\n');
}

/** Brings the platform to rest, runs the ledger checker and expects no differences. */
export async function expectConsistent(
  platform: Inspected,
  shop: Shop,
  options: Pick<ReconcileOptions, 'expected'> = {},
): Promise<Reconciliation> {
  await atRest(platform, shop);
  const store = EventStore.connect(platform.engines.eventStore);
  const kafka = new KafkaClient({ brokers: platform.engines.kafka, clientId: 'ledger' });
  try {
    const get = (path: string) => platform.get(path);
    const answers = shop.answers;
    const outcome = await reconcile({ get, store, kafka }, { answers, atRest: true, ...options });
    expect(outcome.differences.map(describeDifference)).toEqual([]);
    expect(outcome.orders).toBeGreaterThanOrEqual(shop.placed);
    return outcome;
  } finally {
    await kafka.close();
    await store.close();
  }
}
