import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { Clock, Logger } from '@orderloom/platform';
import { appliedRules, type RuleBook, ruleAggregate } from './rules/decide-rules.js';
import type { RuleEvent } from './rules/rule.js';
import { RuleSet } from './rules/rule-set.js';
import { type StandingBook, type StandingEvent, standingAggregate } from './standings.js';

/** Ids of the two streams. */
export const RULES = 'rules';
export const STANDINGS = 'standings';
/** Another process may have published a rule; after this long its news is looked for, behind the orders. */
const FRESH_MS = 3_000;

/** Rules and standings in memory: orders are checked by them without asking anybody. */
@Injectable()
export class DeskBooks implements OnApplicationBootstrap {
  readonly rules: Repository<RuleBook, RuleEvent>;
  readonly standings: Repository<StandingBook, StandingEvent>;
  #rules = new RuleSet(appliedRules(ruleAggregate.initial()), '-1');
  #standings: StandingBook = standingAggregate.initial();
  #readAt = 0;
  #reading: Promise<void> | undefined;

  constructor(
    store: EventStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.rules = new Repository(store, ruleAggregate);
    this.standings = new Repository(store, standingAggregate);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
  }

  /** The rules and standings that apply, at most some seconds old; news is read in the background. */
  current(): { rules: RuleSet; standings: StandingBook } {
    if (this.clock.millis() - this.#readAt > FRESH_MS && this.#reading === undefined) {
      this.refresh().catch((error: unknown) => {
        this.logger.warn({ err: error }, 'rules and standings could not be read again; those known go on to apply');
      });
    }
    return { rules: this.#rules, standings: this.#standings };
  }

  /** Reads what was published since. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    this.#readAt = this.clock.millis();
    const [rules, standings] = await Promise.all([this.rules.load(RULES), this.standings.load(STANDINGS)]);
    this.#standings = standings.state;
    const version = rules.revision.toString();
    if (version !== this.#rules.version) this.#rules = new RuleSet(appliedRules(rules.state), version);
  }
}
