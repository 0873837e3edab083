import { persistentSubscriptionToStreamSettingsFromDefaults, START } from '@eventstore/db-client';
import { type Asking, attempt, failure, ids, PATIENCE_MS, pause, type Question, within } from './asking.js';

const fromStart = (): ReturnType<typeof persistentSubscriptionToStreamSettingsFromDefaults> =>
  persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });

async function groupOn(ask: Asking, ...types: string[]): Promise<{ stream: string; group: string }> {
  const stream = await ask.having(...types);
  const group = `g${ids()}`;
  await ask.client.createPersistentSubscriptionToStream(stream, group, fromStart());
  return { stream, group };
}

/** Persistent subscriptions. */
export const groups: Record<string, Question> = {
  'persistent subscription: life': async (ask) => {
    const { client } = ask;
    const { stream, group } = await groupOn(ask, 'A', 'B');
    const twice = await attempt(async () => {
      await client.createPersistentSubscriptionToStream(stream, group, fromStart());
      return 'made';
    });
    const subscription = client.subscribeToPersistentSubscriptionToStream(stream, group);
    const got: string[] = [];
    const listen = async (): Promise<void> => {
      for await (const resolved of subscription) {
        got.push(`${resolved.event?.type}@${Number(resolved.event?.revision)}`);
        await subscription.ack(resolved);
        if (got.length === 2) break;
      }
    };
    await within(PATIENCE_MS, listen(), undefined);
    await subscription.unsubscribe().catch(() => undefined);
    const info = await attempt(async () => {
      const found = await client.getPersistentSubscriptionToStreamInfo(stream, group);
      return { groupName: found.groupName === group, status: found.status };
    });
    await client.deletePersistentSubscriptionToStream(stream, group);
    const gone = await attempt(async () => {
      await client.deletePersistentSubscriptionToStream(stream, group);
      return 'deleted';
    });
    return { twice, got, info, gone };
  },
  'persistent subscription: missing group': async (ask) => {
    const subscription = ask.client.subscribeToPersistentSubscriptionToStream(ask.name(), 'none');
    const listen = async (): Promise<unknown> => {
      try {
        for await (const resolved of subscription) return `got ${resolved.event?.type}`;
        return 'ended';
      } catch (error) {
        return failure(error);
      }
    };
    return within(PATIENCE_MS, listen(), 'nothing came');
  },
  'persistent subscription: nack retry comes again': async (ask) => {
    const { stream, group } = await groupOn(ask, 'A');
    const subscription = ask.client.subscribeToPersistentSubscriptionToStream(stream, group);
    const seen: number[] = [];
    const listen = async (): Promise<void> => {
      for await (const resolved of subscription) {
        seen.push(resolved.retryCount ?? 0);
        if (seen.length > 1) {
          await subscription.ack(resolved);
          break;
        }
        await subscription.nack('retry', 'again', resolved);
      }
    };
    await within(PATIENCE_MS, listen(), undefined);
    await subscription.unsubscribe().catch(() => undefined);
    return { times: seen.length, retryCounts: seen };
  },
  'persistent subscription: park and replay': async (ask) => {
    const { stream, group } = await groupOn(ask, 'A');
    const subscription = ask.client.subscribeToPersistentSubscriptionToStream(stream, group);
    let seen = 0;
    let came = (): void => {};
    const first = new Promise<void>((resolve) => {
      came = resolve;
    });
    const listen = async (): Promise<void> => {
      for await (const resolved of subscription) {
        seen += 1;
        came();
        if (seen > 1) {
          await subscription.ack(resolved);
          break;
        }
        await subscription.nack('park', 'bad', resolved);
      }
    };
    const listening = listen();
    await within(PATIENCE_MS, first, undefined);
    // Would it come again by itself, it would do so by now.
    await pause(1500);
    const beforeReplay = seen;
    await ask.client.replayParkedMessagesToStream(stream, group);
    await within(PATIENCE_MS, listening, undefined);
    await subscription.unsubscribe().catch(() => undefined);
    return { beforeReplay, afterReplay: seen };
  },
};
