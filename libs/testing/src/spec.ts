import { deepStrictEqual } from 'node:assert/strict';
import { Refused } from '@orderloom/contracts';

/** What a spec needs of an aggregate: the same three plain functions that run in production. */
export interface SpecSubject<S, E, C = never> {
  initial(): S;
  evolve(state: S, event: E, at: string): S;
  /** Needed when commands are given as data; a `when` that is a function of the state needs none. */
  decide?(command: C, state: S): readonly E[];
}

type When<S, E, C> = C | ((state: S) => readonly E[]);

/** The outcome of a command; each `then…` throws an assertion error when it is not so, and can be chained. */
export interface Outcome<E, S> {
  /** Exactly these events, in this order. */
  then(...events: readonly E[]): Outcome<E, S>;
  /** Exactly events of these types, whatever their data. */
  thenTypes(...types: readonly string[]): Outcome<E, S>;
  /** Said twice, done once: no events and no refusal. */
  thenNothing(): Outcome<E, S>;
  /** A refusal with this code (and, when given, these details among its details). */
  thenRefused(code: string, details?: Readonly<Record<string, unknown>>): Outcome<E, S>;
  /** Looks at the state after the command's events. */
  thenState(check: (state: S) => void): Outcome<E, S>;
  readonly events: readonly E[];
}

export interface DeciderSpec<S, E, C> {
  /** The events that happened before. */
  given(...events: readonly E[]): {
    when(command: When<S, E, C>): Outcome<E, S>;
    state(check: (state: S) => void): void;
  };
  /** With nothing before. */
  when(command: When<S, E, C>): Outcome<E, S>;
}

const AT = '2026-01-01T00:00:00.000Z';

const typeOf = (event: unknown): string =>
  typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : String(event);

const outcome = <S, E, C>(subject: SpecSubject<S, E, C>, before: S, command: When<S, E, C>, at: string) => {
  let events: readonly E[] = [];
  let refused: unknown;
  try {
    if (typeof command === 'function') events = (command as (state: S) => readonly E[])(before);
    else if (subject.decide) events = subject.decide(command, before);
    else throw new Error('this spec has no decide(): give `when` a function of the state');
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused = error;
  }
  const mustNotBeRefused = () => {
    if (refused instanceof Refused) {
      throw new Error(`expected events, but it was refused: ${refused.code} ${JSON.stringify(refused.details)}`);
    }
  };
  const result: Outcome<E, S> = {
    events,
    // biome-ignore lint/suspicious/noThenProperty: given/when/then is the language of the specs; it is never awaited
    then(...expected) {
      mustNotBeRefused();
      deepStrictEqual(events, expected);
      return result;
    },
    thenTypes(...types) {
      mustNotBeRefused();
      deepStrictEqual(events.map(typeOf), types);
      return result;
    },
    thenNothing() {
      mustNotBeRefused();
      deepStrictEqual(events, []);
      return result;
    },
    thenRefused(code, details) {
      if (!(refused instanceof Refused)) {
        throw new Error(`expected a refusal ${code}, but got events: ${JSON.stringify(events)}`);
      }
      deepStrictEqual(String(refused.code), code);
      const among = Object.fromEntries(
        Object.keys(details ?? {}).map((name) => [name, Reflect.get(refused.details, name)]),
      );
      deepStrictEqual(among, details ?? {});
      return result;
    },
    thenState(check) {
      check(events.reduce<S>((state, event) => subject.evolve(state, event, at), before));
      return result;
    },
  };
  return result;
};

/**
 * Given/when/then for a decider:
 * `spec(order).given(submitted, confirmed).when(cancelOrder()).thenRefused('ORDER_ALREADY_RELEASED')`.
 * @param at the recorded time that `evolve` is told, ISO 8601 UTC
 */
export const spec = <S, E, C = never>(subject: SpecSubject<S, E, C>, at = AT): DeciderSpec<S, E, C> => ({
  given(...events) {
    const state = () => events.reduce<S>((s, event) => subject.evolve(s, event, at), subject.initial());
    return {
      when: (command) => outcome(subject, state(), command, at),
      state: (check) => check(state()),
    };
  },
  when: (command) => outcome(subject, subject.initial(), command, at),
});

/** `given` bound to one aggregate, for spec files that name it on every line: `const given = givenFor(order)`. */
export const givenFor = <S, E, C = never>(subject: SpecSubject<S, E, C>, at = AT) => spec(subject, at).given;
