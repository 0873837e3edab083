import { Injectable } from '@nestjs/common';
import type { ProfileData } from '@orderloom/contracts';
import { EventStore } from '@orderloom/event-sourcing';
import { Clock, InjectConnection, Logger, newId, Shutdown } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { Views } from '../views.js';
import { Backtest, type BacktestFigures, firstDecision } from './backtest.js';
import { RulesInForce } from './rules-in-force.js';

/** A replay of past orders by other rules. */
export interface BacktestJob {
  readonly _id: string;
  readonly status: 'running' | 'completed' | 'failed';
  readonly profile: ProfileData;
  readonly from: string | null;
  readonly until: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** First decisions replayed so far. */
  readonly orders: number;
  /** Orders left out: the profile's conditions do not hold for them. */
  readonly passedOver: number;
  readonly actual: BacktestFigures | null;
  readonly simulated: BacktestFigures | null;
  readonly error: string | null;
}

/** Runs back-tests beside everything else; a job that a crash ended is shown as failed and can be started again. */
@Injectable()
export class Backtests {
  readonly #stop = new AbortController();

  constructor(
    @InjectConnection() private readonly mongo: Connection,
    private readonly store: EventStore,
    private readonly rules: RulesInForce,
    private readonly views: Views,
    private readonly clock: Clock,
    private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    shutdown.register('workers', 'backtests', () => this.#stop.abort());
  }

  private get collection(): Collection<BacktestJob> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<BacktestJob>('backtests') as unknown as Collection<BacktestJob>;
  }

  find(id: string): Promise<BacktestJob | null> {
    return this.collection.findOne({ _id: id });
  }

  list(limit: number): Promise<BacktestJob[]> {
    return this.collection.find({}).sort({ startedAt: -1, _id: -1 }).limit(limit).toArray();
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex({ startedAt: -1, _id: -1 });
  }

  /** Starts one. @param from first day, until: last day of the orders, YYYY-MM-DD */
  async start(profile: ProfileData, from: string | null, until: string | null): Promise<BacktestJob> {
    const job: BacktestJob = {
      _id: newId(),
      status: 'running',
      profile,
      from,
      until,
      startedAt: this.clock.now(),
      endedAt: null,
      orders: 0,
      passedOver: 0,
      actual: null,
      simulated: null,
      error: null,
    };
    await this.collection.insertOne(job);
    void this.#run(job);
    return job;
  }

  async #run({ _id, profile, from, until }: BacktestJob): Promise<void> {
    const end = (fields: Partial<BacktestJob>) =>
      this.collection.updateOne({ _id }, { $set: { ...fields, endedAt: this.clock.now() } });
    try {
      const { locations } = await this.rules.current();
      const test = new Backtest(profile, locations);
      for await (const batch of this.store.readAll({ prefixes: ['sourcing-'] })) {
        if (this.#stop.signal.aborted) throw new Error('the service was stopped');
        const some = batch.events.filter(({ recordedAt }) => {
          const day = recordedAt.slice(0, 10);
          return (from === null || day >= from) && (until === null || day <= until);
        });
        const skus = some.flatMap((event) => firstDecision(event)?.lines.map(({ sku }) => sku) ?? []);
        const policies = await this.views.policies([...new Set(skus)]);
        for (const event of some) test.add(event, policies);
        const { actual, passedOver } = test;
        await this.collection.updateOne({ _id }, { $set: { orders: actual.orders, passedOver } });
      }
      const { actual, simulated, passedOver } = test;
      await end({ status: 'completed', orders: actual.orders, passedOver, actual, simulated });
    } catch (error) {
      this.logger.warn({ err: error, backtest: _id }, 'a back-test failed');
      await end({ status: 'failed', error: error instanceof Error ? error.message : String(error) }).catch(
        () => undefined,
      );
    }
  }
}
