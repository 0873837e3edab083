import { ANY, type AppendExpectedRevision, type EventData, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import type { Answer, Asking, Question } from './asking.js';

/** Appends `again` to a stream with a history, and reads what is there then. */
async function repeat(
  ask: Asking,
  history: EventData[][],
  again: EventData[],
  expected: AppendExpectedRevision,
): Promise<Answer> {
  const stream = ask.name();
  for (const events of history) await ask.append(stream, events);
  return { again: await ask.tryAppend(stream, again, expected), read: await ask.read(stream) };
}

/** Idempotence by event id. */
export const repeating: Record<string, Question> = {
  'same event again, ANY': async (ask) => {
    const t = ask.event();
    return repeat(ask, [[t]], [t], ANY);
  },
  'same event again, NO_STREAM': async (ask) => {
    const t = ask.event();
    return repeat(ask, [[t]], [t], NO_STREAM);
  },
  'same event again, exact revision as before': async (ask) => {
    const b = ask.event('B');
    return repeat(ask, [[ask.event('A')], [b]], [b], 0n);
  },
  'same event again, exact, after others were added': async (ask) => {
    const b = ask.event('B');
    return repeat(ask, [[ask.event('A')], [b], [ask.event('C')]], [b], 0n);
  },
  'same event again, ANY, after others were added': async (ask) => {
    const a = ask.event('A');
    return repeat(ask, [[a], [ask.event('B')], [ask.event('C')]], [a], ANY);
  },
  'same event again, STREAM_EXISTS': async (ask) => {
    const a = ask.event('A');
    return repeat(ask, [[a]], [a], STREAM_EXISTS);
  },
  'same two events again': async (ask) => {
    const [a, b] = [ask.event('A'), ask.event('B')];
    return repeat(ask, [[a, b]], [a, b], NO_STREAM);
  },
  'first of two again, NO_STREAM': async (ask) => {
    const [a, b] = [ask.event('A'), ask.event('B')];
    return repeat(ask, [[a, b]], [a], NO_STREAM);
  },
  'second of two again, exact 0': async (ask) => {
    const [a, b] = [ask.event('A'), ask.event('B')];
    return repeat(ask, [[a, b]], [b], 0n);
  },
  'two again and one more, NO_STREAM': async (ask) => {
    const [a, b] = [ask.event('A'), ask.event('B')];
    return repeat(ask, [[a, b]], [a, b, ask.event('C')], NO_STREAM);
  },
  'two again and one more, ANY': async (ask) => {
    const [a, b] = [ask.event('A'), ask.event('B')];
    return repeat(ask, [[a, b]], [a, b, ask.event('C')], ANY);
  },
  'two again in the other order, ANY': async (ask) => {
    const [a, b] = [ask.event('A'), ask.event('B')];
    return repeat(ask, [[a, b]], [b, a], ANY);
  },
  'the same id twice in one append': async (ask) => {
    const stream = ask.name();
    const a = ask.event('A');
    return { append: await ask.tryAppend(stream, [a, a], NO_STREAM), read: await ask.read(stream) };
  },
  'the same id in two streams': async (ask) => {
    const a = ask.event('A');
    await ask.append(ask.name(), a);
    const second = ask.name();
    return { append: await ask.append(second, a, NO_STREAM), read: await ask.read(second) };
  },
  'wrong revision but the same event': async (ask) => {
    const stream = ask.name();
    const a = ask.event('A');
    await ask.append(stream, a, NO_STREAM);
    await ask.append(stream, ask.event('B'), 0n);
    return ask.tryAppend(stream, a, 1n);
  },
};
