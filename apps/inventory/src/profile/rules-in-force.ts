import { Injectable } from '@nestjs/common';
import type { SourcingRules } from '../sourcing/plan-request.js';
import { Views } from '../views.js';

/** How old the rules in memory may be, ms: a profile that was saved counts for orders from then on at the latest. */
const FRESH_MS = 1_000;

/** Profiles and locations in memory: orders are sourced by them without a look-up each. */
@Injectable()
export class RulesInForce {
  #rules: Promise<SourcingRules> | undefined;
  #readAt = 0;

  constructor(private readonly views: Views) {}

  current(): Promise<SourcingRules> {
    const now = performance.now();
    if (this.#rules === undefined || now - this.#readAt > FRESH_MS) {
      this.#readAt = now;
      const before = this.#rules;
      const reading = this.#read();
      // An outage of the database must not stop what can go on by the rules known.
      this.#rules = before === undefined ? reading : reading.catch(() => before);
      this.#rules.catch(() => {
        this.#rules = undefined;
      });
    }
    return this.#rules;
  }

  async #read(): Promise<SourcingRules> {
    const [profiles, locations] = await Promise.all([
      this.views.profiles.collection().find({ retired: false }).sort({ rank: 1, _id: 1 }).limit(500).toArray(),
      this.views.locations.collection().find({}).limit(5_000).toArray(),
    ]);
    return {
      profiles: profiles.flatMap(({ versions }) => versions.at(-1) ?? []),
      locations: new Map(locations.map(({ facts }) => [facts.location, facts])),
    };
  }
}
