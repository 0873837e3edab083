import { MalformedEvent, Refused } from '@orderloom/contracts';
import {
  classify,
  describeError,
  InfrastructureDown,
  isInfrastructureError,
  PermanentError,
  TransientError,
} from './errors.js';

const named = (name: string, fields: object = {}) => Object.assign(new Error(name), { name, ...fields });

describe('what becomes of a failure', () => {
  it.each([
    ['a refusal', new Refused('CUSTOMER_ERASED', { customerId: 'c1' }), 'permanent', 'CUSTOMER_ERASED'],
    ['a malformed message', new MalformedEvent('NOT_JSON'), 'permanent', 'NOT_JSON'],
    ['a declared permanent failure', new PermanentError('NO_SUCH', 'x'), 'permanent', 'NO_SUCH'],
    ['a mistake in the handler', new TypeError('x is undefined'), 'permanent', 'TypeError'],
    [
      'a lost race',
      named('RevisionConflict', { code: 'REVISION_CONFLICT', details: {} }),
      'transient',
      'REVISION_CONFLICT',
    ],
    ['a declared transient failure', new TransientError('busy', { code: 'BUSY' }), 'transient', 'BUSY'],
    ['an unforeseen failure', new Error('hm'), 'transient', 'Error'],
    ['something thrown that is no error', 'hm', 'transient', 'UNKNOWN'],
    ['a declared outage', new InfrastructureDown('x'), 'infrastructure', 'INFRASTRUCTURE_DOWN'],
    ['MongoDB away', named('MongoServerSelectionError'), 'infrastructure', 'INFRASTRUCTURE_DOWN'],
    ['no primary', named('MongoServerError', { code: 10107 }), 'infrastructure', 'INFRASTRUCTURE_DOWN'],
    ['a duplicate key', named('MongoServerError', { code: 11000 }), 'transient', 'MongoServerError'],
    ['event store away', named('UnavailableError', { type: 'unavailable' }), 'infrastructure', 'INFRASTRUCTURE_DOWN'],
    [
      'socket refused',
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      'infrastructure',
      'INFRASTRUCTURE_DOWN',
    ],
    ['disk full', Object.assign(new Error('x'), { code: 'ENOSPC' }), 'infrastructure', 'INFRASTRUCTURE_DOWN'],
  ])('%s', (_what, error, kind, code) => {
    expect(classify(error)).toMatchObject({ kind, code });
  });

  it('looks for an outage behind the error', () => {
    expect(isInfrastructureError(new Error('outer', { cause: named('KafkaJSConnectionError') }))).toBe(true);
    expect(isInfrastructureError(new AggregateError([named('MongoNetworkError'), named('MongoNetworkError')]))).toBe(
      true,
    );
    expect(isInfrastructureError(new AggregateError([named('MongoNetworkError'), new TypeError('x')]))).toBe(false);
    expect(isInfrastructureError(new PermanentError('X', 'x', { cause: named('MongoNetworkError') }))).toBe(false);
  });

  it('describes anything in one line of bounded length', () => {
    expect(describeError(new TypeError('x'))).toBe('TypeError: x');
    expect(describeError(undefined)).toBe('thrown: undefined');
    expect(describeError(new Error('y'.repeat(5000)))).toHaveLength(1000);
  });
});
