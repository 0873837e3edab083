import { Refused } from '@orderloom/contracts';
import fc from 'fast-check';
import { eventually, givenFor, ManualClock, sequentialIds, spec, uniqueId } from './index.js';
import { checkProperty, seedOf } from './properties.js';

interface Counter {
  readonly value: number;
}
type Counted = { readonly type: 'Added'; readonly data: { readonly by: number } };
const counter = {
  initial: (): Counter => ({ value: 0 }),
  evolve: (state: Counter, event: Counted): Counter => ({ value: state.value + event.data.by }),
};
const added = (by: number): Counted => ({ type: 'Added', data: { by } });
const add =
  (by: number) =>
  (state: Counter): Counted[] => {
    if (state.value + by > 10) throw new Refused('VALIDATION_FAILED', { max: 10, wanted: state.value + by });
    return by === 0 ? [] : [added(by)];
  };

describe('given/when/then', () => {
  const given = givenFor(counter);

  it('tells what a decider must do', () => {
    given(added(3))
      .when(add(4))
      .then(added(4))
      .thenTypes('Added')
      .thenState((state) => expect(state.value).toBe(7));
    given(added(3)).when(add(0)).thenNothing();
    given(added(9)).when(add(2)).thenRefused('VALIDATION_FAILED', { wanted: 11 });
    spec(counter).when(add(1)).then(added(1));
    given(added(1), added(2)).state((state) => expect(state.value).toBe(3));
  });

  it('fails when it is not so, and says what came instead', () => {
    expect(() => given(added(3)).when(add(4)).then(added(5))).toThrow(/deepStrictEqual|strictly deep-equal/);
    expect(() => given(added(3)).when(add(4)).thenRefused('VALIDATION_FAILED')).toThrow(/but got events/);
    expect(() => given(added(9)).when(add(4)).thenNothing()).toThrow(/it was refused: VALIDATION_FAILED/);
    expect(() => given(added(9)).when(add(4)).thenRefused('VALIDATION_FAILED', { wanted: 1 })).toThrow();
  });

  it('takes commands as data where the subject decides', () => {
    const subject = { ...counter, decide: (by: number, state: Counter) => add(by)(state) };
    spec<Counter, Counted, number>(subject).given(added(2)).when(3).then(added(3));
  });

  it('lets a broken invariant through', () => {
    const broken = (): Counted[] => {
      throw new TypeError('broken');
    };
    expect(() => given().when(broken)).toThrow(TypeError);
  });
});

describe('the manual clock', () => {
  it('wakes sleepers in order and stands still otherwise', async () => {
    const clock = new ManualClock('2026-03-01T00:00:00.000Z');
    const woken: string[] = [];
    void clock.sleep(2000).then(() => woken.push(`b at ${clock.iso()}`));
    void clock.sleep(1000).then(() => woken.push(`a at ${clock.iso()}`));
    await clock.advance(500);
    expect(woken).toEqual([]);
    await clock.advanceTo('2026-03-01T00:00:05.000Z');
    expect(woken).toEqual(['a at 2026-03-01T00:00:01.000Z', 'b at 2026-03-01T00:00:02.000Z']);
    expect(clock.now()).toBe(Date.parse('2026-03-01T00:00:05.000Z'));
    await expect(clock.advanceTo('2026-03-01T00:00:00.000Z')).rejects.toThrow(/cannot go to/);
  });

  it('ends a sleep that is aborted', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(1000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    expect(clock.sleeping).toBe(0);
  });
});

describe('waiting', () => {
  it('answers as soon as the check passes', async () => {
    let looks = 0;
    expect(
      await eventually(
        () => {
          looks += 1;
          if (looks < 3) throw new Error('not yet');
          return 'there';
        },
        { everyMs: 1 },
      ),
    ).toBe('there');
  });

  it('says at the deadline what was waited for and what was seen last', async () => {
    await expect(
      eventually(() => expect(1).toBe(2), { deadlineMs: 20, everyMs: 5, message: 'one to be two' }),
    ).rejects.toThrow(/not within 20 ms: one to be two/);
  });
});

describe('ids and seeds', () => {
  it('are the same in every run, or never', () => {
    const next = sequentialIds(7);
    expect([next(), next()]).toEqual(['00000007-0000-4000-8000-000000000001', '00000007-0000-4000-8000-000000000002']);
    expect(uniqueId()).not.toBe(uniqueId());
  });

  it('a failing property names the seed that replays it', async () => {
    expect(seedOf({ ORDERLOOM_SEED: '42' })).toBe(42);
    expect(() => seedOf({ ORDERLOOM_SEED: 'x' })).toThrow(/must be an integer/);
    const property = fc.property(fc.nat(), (n) => n < 10);
    await expect(checkProperty(property, { seed: 42 })).rejects.toThrow('ORDERLOOM_SEED=42');
  });
});
