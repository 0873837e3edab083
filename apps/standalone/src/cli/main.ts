import { parseArgs } from 'node:util';
import { Api, CallFailed } from './api.js';
import { importFile } from './import.js';
import { reconcilePlatform, reconcileStockCounters } from './reconcile.js';

const help = `Usage: npm run orderloom -- <command> [options]

  import FILE --kind=orders|products|customers|suppliers [--mode=live|history]
         [--currency=USD] [--createMissing=products,customers]
         [--mapping='{"their header":"our column"}'] [--dateFormat=d/M/yyyy]
                                   imports a CSV file and follows the job
  jobs                             import jobs
  rejections JOB                   the rejected rows of an import, as CSV with reasons
  inspect ORDER                    everything that happened to an order
  status                           lag of every read model and consumer group
  rebuild SERVICE READ-MODEL       builds a read model anew beside the live one
  dead-letters                     messages that could not be handled
  replay SERVICE GROUP TOPIC [KEY] has dead letters handled again
  reconcile [--eventstore=URL] [--kafka=BROKERS]
                                   replays every stream and compares it with read models and topics
  reconcile stock [--explain]      replays the stock ledgers and compares them with the stock counters

Everywhere: --url (ORDERLOOM_URL, default http://127.0.0.1:8080), --token (ORDERLOOM_ADMIN_TOKEN, or the one that the
standalone run keeps in its data folder).`;

const services = ['order', 'inventory', 'logistics', 'notification', 'analytics', 'customer'] as const;

interface Overview {
  service: string;
  projections: { name: string; lag: number; rebuild?: { status: string; share: number; eventsPerSecond: number } }[];
  groups: { group: string; lag: number }[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    kind: { type: 'string' },
    mode: { type: 'string' },
    currency: { type: 'string' },
    createMissing: { type: 'string' },
    mapping: { type: 'string' },
    dateFormat: { type: 'string' },
    eventstore: { type: 'string' },
    kafka: { type: 'string' },
    explain: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

// `| head` closes the pipe when it has seen enough; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/** Progress stays on one line of a terminal; in a file only the last state is of use. */
const print = (line: string, last = true): void => {
  if (last) process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${line}\n` : `${line}\n`);
  else if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}`);
};

async function run(command: string | undefined, args: readonly string[]): Promise<number> {
  if (command === undefined || command === 'help' || values.help) {
    print(help);
    return 0;
  }
  const { url, token, help: _, eventstore, kafka, explain = false, ...options } = values;
  const api = Api.find({ url, token }, process.env);
  const arg = (index: number, what: string): string => {
    const given = args[index];
    if (given === undefined) throw new CallFailed(`${command} needs ${what}.\n\n${help}`);
    return given;
  };
  switch (command) {
    case 'import':
      return importFile(api, arg(0, 'a file'), options, (line, last = false) => print(line, last));
    case 'jobs':
      for (const job of (await api.json<{ items: Record<string, unknown>[] }>('/api/imports')).items) {
        print(
          `${job['id']}  ${job['status']}  ${job['rows']} rows  ${job['accepted']} accepted  ${job['rejected']} rejected`,
        );
      }
      return 0;
    case 'rejections':
      process.stdout.write(await (await api.call(`/api/imports/${arg(0, "a job's id")}/rejections`)).text());
      return 0;
    case 'inspect':
      print(
        JSON.stringify(await api.json(`/api/orders/${encodeURIComponent(arg(0, "an order's id"))}/history`), null, 2),
      );
      return 0;
    case 'status':
      for (const service of services) showOverview(await api.json<Overview>(`/api/operations/${service}`));
      return 0;
    case 'rebuild':
      return rebuild(api, arg(0, 'a service'), arg(1, "a read model's name"));
    case 'dead-letters':
      for (const service of services) {
        const { items } = await api.json<{ items: Record<string, unknown>[] }>(
          `/api/operations/${service}/dead-letters`,
        );
        for (const letter of items) {
          print(
            [letter['group'], letter['topic'], letter['key'], letter['kind'], letter['code'], letter['message']].join(
              '  ',
            ),
          );
        }
      }
      return 0;
    case 'replay': {
      const body = { group: arg(1, 'a group'), topic: arg(2, 'a topic'), ...(args[3] ? { key: args[3] } : {}) };
      const { keys } = await api.json<{ keys: number }>(`/api/operations/${arg(0, 'a service')}/dead-letters/replay`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      print(`${keys} keys will be handled again.`);
      return 0;
    }
    case 'reconcile':
      if (args[0] === 'stock') {
        return reconcileStockCounters(api, { eventStore: eventstore }, process.env, explain, print);
      }
      return reconcilePlatform(api, { eventStore: eventstore, kafka }, process.env, print);
    default:
      throw new CallFailed(`There is no command ${command}.\n\n${help}`);
  }
}

function showOverview({ service, projections, groups }: Overview): void {
  for (const { name, lag } of projections) print(`${service.padEnd(13)} read model  ${name.padEnd(24)} lag ${lag}`);
  for (const { group, lag } of groups) print(`${service.padEnd(13)} group       ${group.padEnd(24)} lag ${lag}`);
}

async function rebuild(api: Api, service: string, name: string): Promise<number> {
  await api.json(`/api/operations/${service}/projections/${name}/rebuild`, { method: 'POST', body: '{}' });
  for (;;) {
    const { projections } = await api.json<Overview>(`/api/operations/${service}`);
    const job = projections.find((projection) => projection.name === name)?.rebuild;
    if (!job) throw new CallFailed(`There is no rebuild of ${name}.`);
    const done = job.status !== 'running';
    print(
      `${name}  ${job.status}  ${Math.round(job.share * 100)} %  ${Math.round(job.eventsPerSecond)} events/s`,
      done,
    );
    if (done) return job.status === 'completed' ? 0 : 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

try {
  process.exitCode = await run(positionals[0], positionals.slice(1));
} catch (error) {
  if (!(error instanceof CallFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
