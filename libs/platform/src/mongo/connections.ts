import { type Connection, Mongoose, type Schema } from 'mongoose';
import { closeEndsWrites } from './driver-close.js';

interface Shared {
  root: Connection;
  users: number;
  connected: Promise<Connection>;
}

// One client per process and URL: seven services in one process must not open seven pools.
const shared = new Map<string, Shared>();

const acquire = (url: string): Shared => {
  let entry = shared.get(url);
  if (!entry) {
    closeEndsWrites();
    const mongoose = new Mongoose();
    // Typos in schemas and queries must fail, not be dropped; indexes are made by a step of their own.
    mongoose.set('strict', 'throw').set('strictQuery', 'throw');
    // Schemas take their defaults from the mongoose that made them, not from this one: a plugin reaches them all.
    mongoose.plugin((schema: Schema) => {
      schema.set('strict', 'throw');
      schema.set('strictQuery', 'throw');
    });
    const root = mongoose.createConnection(url, {
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      serverSelectionTimeoutMS: 5000,
      maxPoolSize: 50,
      retryWrites: true,
    });
    const connected = root.asPromise();
    connected.catch(() => {}); // whoever awaits it learns of it
    root.on('error', () => {}); // reported by health checks and by the failing calls themselves
    entry = { root, users: 0, connected };
    shared.set(url, entry);
  }
  entry.users += 1;
  return entry;
};

/**
 * Connections to MongoDB, one database per service, over one client per process.
 * `strict` and `strictQuery` throw, `autoIndex`, `autoCreate` and `bufferCommands` are off.
 */
export class MongoConnections {
  private entry: Shared | undefined;

  constructor(private readonly url: string) {}

  /** Waits until the server answers. @throws when it does not within 5 s */
  async connect(): Promise<void> {
    this.entry ??= acquire(this.url);
    try {
      await this.entry.connected;
    } catch (error) {
      const failed = this.entry;
      this.entry = undefined;
      failed.users -= 1;
      if (shared.get(this.url) === failed) shared.delete(this.url);
      await failed.root.close().catch(() => {});
      throw error;
    }
  }

  /** The database of a service: `orderloom_<service>`. The same object every time. */
  connection(service: string): Connection {
    if (!this.entry) throw new Error('MongoConnections.connect() was not called');
    return this.entry.root.useDb(`orderloom_${service}`, { useCache: true });
  }

  /** @throws when the server does not answer */
  async ping(): Promise<void> {
    if (!this.entry) throw new Error('not connected');
    await this.entry.root.getClient().db('admin').command({ ping: 1 }, { timeoutMS: 2000 });
  }

  /** Gives the client up; the last user in the process closes it. */
  async close(): Promise<void> {
    const { entry } = this;
    if (!entry) return;
    this.entry = undefined;
    entry.users -= 1;
    if (entry.users > 0) return;
    if (shared.get(this.url) === entry) shared.delete(this.url);
    await entry.root.close();
  }
}
