import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { type EventStoreUnderTest, eventStoreUnderTest } from '../../contract/event-store.js';
import { Asking, attempt, within } from './asking.js';
import { questions } from './questions.js';

// Two cores may be shared with other suites.
jest.setTimeout(60_000);

const recorded = JSON.parse(readFileSync(new URL('./answers-23.10.8.json', import.meta.url), 'utf8')) as {
  answers: Record<string, unknown>;
};

const plain = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer, (_key, value) => (typeof value === 'bigint' ? Number(value) : value)));

describe('the answers of EventStoreDB 23.10.8', () => {
  let server: EventStoreUnderTest;
  let answers: Map<string, Promise<unknown>>;

  beforeAll(async () => {
    server = await eventStoreUnderTest();
    const ask = new Asking(server.client);
    answers = new Map();
    const put = (name: string): Promise<unknown> => {
      const question = questions[name]!;
      const answer = within(
        45_000,
        attempt(() => question(ask)),
        'no answer in 45 s',
      );
      answers.set(name, answer);
      return answer;
    };
    // These look at the newest events of all streams, so nobody else may append meanwhile.
    const alone = Object.keys(questions).filter((name) => name.startsWith('read $all'));
    for (const name of alone) await put(name);
    // The rest at once: most of the time a question waits, and none can see another's streams.
    for (const name of Object.keys(questions)) if (!alone.includes(name)) void put(name);
  });

  afterAll(() => server.stop());

  it('every recorded answer has its question', () => {
    expect(Object.keys(questions).sort()).toEqual(Object.keys(recorded.answers).sort());
    expect(Object.keys(questions)).toHaveLength(87);
  });

  it.each(Object.keys(questions))(
    '%s',
    async (name) => {
      expect(plain(await answers.get(name))).toEqual(recorded.answers[name]);
    },
    60_000,
  );
});

const script = fileURLToPath(new URL('../../../../../../shared/conformance/eventstore/scenarios.mjs', import.meta.url));

(existsSync(script) ? describe : describe.skip)('the script beside the project', () => {
  it('gets the recorded answers', async () => {
    const server = await eventStoreUnderTest();
    try {
      const root = fileURLToPath(new URL('../../../../../', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [script, server.url], {
        cwd: root,
        env: { ...process.env, NODE_OPTIONS: '' },
        maxBuffer: 16 * 1024 * 1024,
        // The client's dispose() never settles once some calls have failed, which Node ends with code 13.
      }).catch((error: { code?: number; stdout: string }) => {
        if (error.code === 13) return error;
        throw error;
      });
      const file = script.replace('scenarios.mjs', 'recorded-23.10.8.json');
      expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    } finally {
      await server.stop();
    }
  }, 90_000);
});
