import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventDefinition, type EventEnvelope, topicOf } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { KafkaClient, type ReceivedEvent } from '@orderloom/messaging';
import {
  Clock,
  createLogger,
  type RunningService,
  type ServiceDefinition,
  type StartOptions,
  startService,
} from '@orderloom/platform';
import { startTestEngines, type TestEngines } from './engines.js';
import { eventually } from './eventually.js';

/** An answer over HTTP. `body` is parsed JSON, or the text of anything else. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of an answer, of whatever shape
  readonly body: any;
}

/** A fact of another service, played by the test. */
export interface Fact {
  readonly definition: EventDefinition;
  readonly subject: string;
  readonly data: unknown;
  /** When it was recorded, ISO 8601 UTC; now when absent. */
  readonly time?: string;
}

/** A platform clock that a test moves; it stands still otherwise. */
export class TestClock extends Clock {
  #millis: number;

  /** @param start ISO 8601 UTC */
  constructor(start = '2026-03-01T09:00:00.000Z') {
    super();
    this.#millis = Date.parse(start);
  }

  override millis(): number {
    return this.#millis;
  }

  advance(ms: number): void {
    this.#millis += ms;
  }
}

const TOKEN = 'test-token-test-token';

type Start = (env: Readonly<Record<string, string>>, options: StartOptions) => Promise<RunningService>;

/** One service on test engines, with the facts of the other services published by the test. */
export class ServiceHarness {
  readonly token = TOKEN;
  readonly #sequences = new Map<string, number>();
  readonly #masterKey = randomBytes(32).toString('base64');
  #service: RunningService | undefined;
  /** Everything the service has logged, as JSON lines. */
  log = '';

  private constructor(
    readonly name: string,
    private readonly start: Start,
    readonly engines: TestEngines,
    readonly kafka: KafkaClient,
    readonly dataDir: string,
    private readonly extra: Readonly<Record<string, string>>,
    private readonly options: StartOptions,
  ) {}

  /**
   * Starts engines and the service.
   * @param extra further environment variables of the service
   */
  static async start<S extends ServiceDefinition['settings']>(
    definition: ServiceDefinition<S>,
    extra: Readonly<Record<string, string>> = {},
    options: StartOptions = {},
  ): Promise<ServiceHarness> {
    const start: Start = (env, more) => startService(definition, env, more);
    const engines = await startTestEngines();
    const kafka = new KafkaClient({ brokers: engines.brokers, clientId: 'test' });
    const dataDir = await mkdtemp(join(tmpdir(), `orderloom-${definition.name}-`));
    const harness = new ServiceHarness(definition.name, start, engines, kafka, dataDir, extra, options);
    try {
      await kafka.ensureTopics(Object.values(topicOf));
      await harness.startService();
    } catch (error) {
      await harness.close();
      throw error;
    }
    return harness;
  }

  /** The environment the service is started with. */
  get env(): Record<string, string> {
    return {
      ...this.engines.env,
      PORT: '0',
      ORDERLOOM_ADMIN_TOKEN: TOKEN,
      ORDERLOOM_MASTER_KEY: this.#masterKey,
      ORDERLOOM_DATA: this.dataDir,
      ...this.extra,
    };
  }

  async startService(): Promise<void> {
    const logger = createLogger(this.name, 'debug', {
      write: (line: string) => {
        this.log += line;
      },
    });
    this.#service = await this.start(this.env, { logger, ...this.options });
  }

  async stopService(): Promise<void> {
    await this.#service?.close();
    this.#service = undefined;
  }

  async close(): Promise<void> {
    await this.stopService();
    await this.kafka.close();
    await this.engines.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  get service(): RunningService {
    if (this.#service === undefined) throw new Error('the service is not running');
    return this.#service;
  }

  /** A call with the token; a text body goes as CSV, anything else as JSON. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const isText = typeof body === 'string';
    const response = await fetch(`${this.service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const answer = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: json && answer ? JSON.parse(answer) : answer };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', path, undefined, headers);
  }

  /** Sends a CSV to `/api/imports` and waits for the job's end. */
  async import(query: string, csv: string): Promise<Answer['body']> {
    const { status, body } = await this.call('POST', `/api/imports?${query}`, csv);
    if (status !== 202) throw new Error(`the import was answered ${status}: ${JSON.stringify(body)}`);
    return eventually(
      async () => {
        const job = (await this.get(`/api/imports/${body.id}`)).body;
        return job.status === 'completed' || job.status === 'failed' ? job : false;
      },
      { deadlineMs: 30_000, message: `the import ${query} ends` },
    );
  }

  /** Puts facts into envelopes, as their service's relay would: contiguous sequences, ids that depend on the place. */
  envelopes(facts: readonly Fact[]): EventEnvelope[] {
    return facts.map(({ definition, subject, data, time }) => {
      const sequence = this.#sequences.get(subject) ?? 0;
      this.#sequences.set(subject, sequence + 1);
      return {
        specversion: '1.0',
        id: deterministicId(subject, String(sequence)),
        source: definition.service,
        type: definition.type,
        subject,
        time: time ?? new Date().toISOString(),
        dataschema: definition.dataschema,
        datacontenttype: 'application/json',
        sequence: String(sequence),
        correlationid: 'test',
        causationid: 'test',
        actor: 'test',
        data,
      };
    });
  }

  /** Publishes envelopes to the topics of their services, as often as it is called. */
  async send(envelopes: readonly EventEnvelope[]): Promise<void> {
    const byTopic = new Map<string, EventEnvelope[]>();
    for (const envelope of envelopes) {
      const topic = topicOf[envelope.source];
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), envelope]);
    }
    for (const [topic, batch] of byTopic) await this.kafka.publisher().publish(topic, batch);
  }

  /** Publishes facts; answers with the envelopes, to send them again. */
  async publish(...facts: Fact[]): Promise<EventEnvelope[]> {
    const envelopes = this.envelopes(facts);
    await this.send(envelopes);
    return envelopes;
  }

  /** Waits until the service's read models and consumer groups have nothing left to do. */
  async settled(): Promise<void> {
    await eventually(
      async () => {
        const { body } = await this.get(`/api/operations/${this.name}`);
        const parts = [...body.projections, ...body.groups] as { name?: string; group?: string; lag: number }[];
        const behind = parts.filter(({ lag }) => lag > 0);
        if (behind.length > 0) throw new Error(JSON.stringify(behind));
      },
      { deadlineMs: 20_000, message: 'nothing lags behind' },
    );
  }

  /** Everything that lies on a topic now, in order per key. */
  async onTopic(topic: string): Promise<ReceivedEvent[]> {
    const ends = (await this.kafka.highWatermarks(topic))[topic] ?? [];
    const total = ends.reduce((sum, end) => sum + Number(end), 0);
    const found: ReceivedEvent[] = [];
    if (total === 0) return found;
    const reader = this.kafka.reader([topic], [], async (events) => {
      found.push(...events);
    });
    try {
      await eventually(() => found.length >= total, {
        message: () => `${total} events of ${topic}, ${found.length} were read`,
      });
    } finally {
      await reader.stop();
    }
    return found;
  }
}
