import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/** What is used here of the driver's `Connection` (mongodb 7.8 and 7.9 are alike in this). */
interface DriverConnection {
  readonly socket: EventEmitter;
  readonly closed: boolean;
  cleanup(error: Error): void;
}

const patched = Symbol.for('orderloom.mongodb.close-ends-writes');

/**
 * A write that does not fit the socket waits for `drain` or `error` of it, and a socket that is closed from the other side
 * emits neither: an operation that found its connection a moment before the driver noticed the close never ended, and
 * whatever waited for it – a read model, its checkpoint – stood still for as long as the process lived. Neither
 * `socketTimeoutMS` nor the pool ends such a wait. With this, whoever waits for a connection's socket learns that it is closed.
 */
export function closeEndsWrites(): void {
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as {
    Connection: { prototype: DriverConnection & { [patched]?: true } };
  };
  const { prototype } = Connection;
  if (prototype[patched]) return;
  const { cleanup } = prototype;
  if (typeof cleanup !== 'function') throw new Error('this version of mongodb is not supported: 7.8 is');
  prototype.cleanup = function (error) {
    if (this.closed) return;
    cleanup.call(this, error);
    // Without a listener an `error` event would be thrown.
    if (this.socket.listenerCount('error') > 0) this.socket.emit('error', error);
  };
  prototype[patched] = true;
}
