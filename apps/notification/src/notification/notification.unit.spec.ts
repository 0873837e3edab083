import type { NotificationEvent } from '@orderloom/contracts';
import fc from 'fast-check';
import {
  both,
  evolve,
  initial,
  MAX_ATTEMPTS,
  markFailed,
  markSent,
  type Notification,
  pauseAfter,
  queue,
  suppress,
} from './notification.js';

const notice = { notificationId: 'n1', orderId: 'o1', kind: 'confirmed' };
const queueIt = queue({ ...notice, channel: 'email', recipientKey: 'r', locale: 'en' });
const suppressIt = suppress({ ...notice, reason: 'RECIPIENT_MISSING' });
const sent = markSent('m1', '2026-01-01T00:00:00.000Z');
const failed = markFailed('MAIL_DEFERRED', 'later', false);
const refusedForGood = markFailed('MAIL_REFUSED', 'refused', true);

const after = (...decisions: ((state: Notification) => NotificationEvent[])[]) =>
  decisions.reduce((state, decide) => decide(state).reduce(evolve, state), initial());
const types = (events: NotificationEvent[]) => events.map((event) => event.type);

describe('a notification', () => {
  const states = {
    none: after(),
    queued: after(queueIt),
    sent: after(queueIt, sent),
    failed: after(queueIt, refusedForGood),
    suppressed: after(suppressIt),
  };
  const outcomes: Record<keyof typeof states, Record<string, string[]>> = {
    none: { queueIt: ['NotificationQueued'], suppressIt: ['NotificationSuppressed'], sent: [], failed: [] },
    queued: {
      queueIt: [],
      suppressIt: ['NotificationSuppressed'],
      sent: ['NotificationSent'],
      failed: ['NotificationFailed'],
    },
    sent: { queueIt: [], suppressIt: [], sent: [], failed: [] },
    failed: { queueIt: [], suppressIt: [], sent: [], failed: [] },
    suppressed: { queueIt: [], suppressIt: [], sent: [], failed: [] },
  };
  const commands = { queueIt, suppressIt, sent, failed };
  for (const [state, row] of Object.entries(outcomes)) {
    for (const [command, expected] of Object.entries(row)) {
      it(`${state}, ${command}: ${expected.join() || 'nothing'}`, () => {
        const decide = commands[command as keyof typeof commands];
        expect(types(decide(states[state as keyof typeof states]))).toEqual(expected);
      });
    }
  }

  it('is queued and settled in one go, or only settled when it was queued before', () => {
    const decide = both(queueIt, sent);
    expect(types(decide(states.none))).toEqual(['NotificationQueued', 'NotificationSent']);
    expect(types(decide(states.queued))).toEqual(['NotificationSent']);
    for (const over of [states.sent, states.failed, states.suppressed]) expect(decide(over)).toEqual([]);
  });

  it('is tried for more than a day, and less than three', () => {
    const pauses = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, tries) => pauseAfter(tries + 1));
    const hours = pauses.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(24);
    expect(hours).toBeLessThan(72);
  });

  it(`is given up after ${MAX_ATTEMPTS} tries`, () => {
    const tries = Array.from({ length: MAX_ATTEMPTS - 1 }, () => failed);
    expect(after(queueIt, ...tries).status).toBe('queued');
    expect(after(queueIt, ...tries, failed).status).toBe('failed');
  });

  it('is sent at most once, whatever arrives in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.values(commands), refusedForGood)), (decisions) => {
        let state = initial();
        const events: NotificationEvent[] = [];
        for (const decide of decisions) {
          const decided = decide(state);
          events.push(...decided);
          state = decided.reduce(evolve, state);
        }
        const names = types(events);
        expect(names.filter((name) => name === 'NotificationQueued').length).toBeLessThanOrEqual(1);
        expect(names.filter((name) => name === 'NotificationSent').length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
