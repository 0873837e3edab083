import type { EngineUrls } from './engines.js';

/** What the start screen tells. */
export interface ScreenFacts {
  readonly url: string;
  readonly dataDir: string;
  readonly engines: EngineUrls;
  readonly token: string;
  readonly startedInMs: number;
}

/** The one screen that is printed when everything is up. */
export function screen({ url, dataDir, engines, token, startedInMs }: ScreenFacts): string {
  const auth = `-H 'authorization: Bearer ${token}'`;
  return `
  Orderloom is ready (${(startedInMs / 1000).toFixed(1)} s)

    address       ${url}
    data          ${dataDir}
    event store   ${engines.EVENTSTORE_URL}
    Kafka         ${engines.KAFKA_BROKERS}
    MongoDB       ${engines.MONGODB_URL}
    admin token   ${token}

  Try next
    open ${url} and paste the token
    curl ${auth} ${url}/api/analytics/summary
    curl -N ${auth} ${url}/api/events
    npm start -- --sample        loads an order book of 830 orders
    npm run orderloom -- help    import, inspect, replay from the command line

  Ctrl-C stops it; everything is kept.
`;
}
