import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { DEFAULT_POLICY, type DeadlinePolicy } from './policy.js';

interface PolicyDocument {
  _id: 'deadlines';
  policy: Partial<DeadlinePolicy>;
  changedAt: string;
  changedBy: string;
}

/** Another process's change is known here after this, ms, while there is work. */
const FRESH_MS = 5_000;

/** The policy in force: data, read again now and then while orders move. */
@Injectable()
export class DeadlinePolicies {
  /** As last read. */
  current: DeadlinePolicy = DEFAULT_POLICY;
  #readAt = Number.NEGATIVE_INFINITY;
  readonly #policies: Collection<PolicyDocument>;

  constructor(@InjectConnection() connection: Connection) {
    this.#policies = connection.getClient().db(connection.name).collection<PolicyDocument>('deadline_policies');
  }

  async refresh(): Promise<DeadlinePolicy> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      this.#readAt = performance.now();
      await this.read();
    }
    return this.current;
  }

  async read(): Promise<{ policy: DeadlinePolicy; changedAt: string | null; changedBy: string | null }> {
    const stored = await this.#policies.findOne({ _id: 'deadlines' });
    this.current = { ...DEFAULT_POLICY, ...stored?.policy };
    return { policy: this.current, changedAt: stored?.changedAt ?? null, changedBy: stored?.changedBy ?? null };
  }

  async save(policy: DeadlinePolicy, changedAt: string, changedBy: string): Promise<void> {
    await this.#policies.updateOne(
      { _id: 'deadlines' },
      { $set: { policy, changedAt, changedBy } },
      { upsert: true, writeConcern: { w: 'majority' } },
    );
    this.current = policy;
  }
}
