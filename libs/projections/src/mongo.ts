import type { Db } from 'mongodb';
import type { Connection } from 'mongoose';

/** The driver's database behind a mongoose connection. @throws when it is not connected yet */
export function databaseOf(connection: Connection): Db {
  if (!connection.db) throw new Error(`the connection to ${connection.name || 'MongoDB'} is not open yet`);
  return connection.db;
}

/** True for a violated unique index (server code 11000), alone or as every error of a bulk write. */
export function isDuplicateKey(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 11000) return false;
  const failures: unknown = 'writeErrors' in error ? error.writeErrors : undefined;
  if (!Array.isArray(failures)) return true;
  return failures.every(
    (failure: unknown) =>
      typeof failure === 'object' && failure !== null && 'code' in failure && failure.code === 11000,
  );
}
