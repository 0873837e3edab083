// Proves the broker's contract suite: starts a real Apache Kafka (KRaft, one node, loopback, free ports),
// runs the suite against it and stops it. Needs Java 17 and Maven, which fetches Kafka once into a cache.
//
//   node libs/embedded/src/broker/real-kafka.mjs [more arguments for jest]
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = process.env.KAFKA_VERSION ?? '3.9.1';
const START_MS = 60_000;
const root = resolve(fileURLToPath(new URL('.', import.meta.url)), '../../../..');

/** One sentence for a person, and the end. */
function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function fetchKafka() {
  const cache = join(root, 'node_modules/.cache/real-kafka', VERSION);
  const libs = join(cache, 'lib');
  const done = join(cache, 'complete');
  if (existsSync(done)) return libs;
  for (const tool of ['java', 'mvn']) {
    if (spawnSync(tool, ['-version'], { stdio: 'ignore' }).error !== undefined) {
      giveUp(`A real Kafka needs Java 17 and Maven, and there is no "${tool}" on the PATH.`);
    }
  }
  mkdirSync(cache, { recursive: true });
  const dependency = (group, artifact, version) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  writeFileSync(
    join(cache, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>test</groupId><artifactId>real-kafka</artifactId><version>1</version>
<dependencies>${dependency('org.apache.kafka', 'kafka_2.13', VERSION)}${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}</dependencies>
</project>\n`,
  );
  process.stdout.write(`Fetching Apache Kafka ${VERSION} with Maven …\n`);
  const maven = spawnSync('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`], {
    cwd: cache,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (maven.status !== 0) giveUp(`Maven could not fetch Apache Kafka ${VERSION}; see its messages above.`);
  writeFileSync(done, '');
  return libs;
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function answers(port) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

const libs = fetchKafka();
const work = mkdtempSync(join(tmpdir(), 'orderloom-real-kafka-'));
const [port, controller] = [await freePort(), await freePort()];
const properties = join(work, 'server.properties');
writeFileSync(
  properties,
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(work, 'data'),
    'num.partitions': 24,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 100,
    'group.min.session.timeout.ms': 1000,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join(''),
);
const java = (...args) => [
  '-Xmx512m',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-cp',
  join(libs, '*'),
  ...args,
];
const log = openSync(join(work, 'kafka.log'), 'a');
const clusterId = randomBytes(16).toString('base64url');
const format = spawnSync('java', java('kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties), {
  stdio: ['ignore', log, log],
});
if (format.status !== 0)
  giveUp(`Kafka could not prepare its folder:\n${readFileSync(join(work, 'kafka.log'), 'utf8')}`);
const kafka = spawn('java', java('kafka.Kafka', properties), { stdio: ['ignore', log, log] });
let running = true;
const ended = new Promise((done) =>
  kafka.once('exit', () => {
    running = false;
    done();
  }),
);
const stop = async () => {
  if (running) kafka.kill('SIGTERM');
  const hard = setTimeout(() => kafka.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(hard);
  rmSync(work, { recursive: true, force: true });
};
process.once('SIGINT', () => void stop().then(() => process.exit(130)));

const deadline = Date.now() + START_MS;
while (!(await answers(port))) {
  if (!running || Date.now() > deadline) {
    process.stderr.write(readFileSync(join(work, 'kafka.log'), 'utf8').slice(-4000));
    await stop();
    giveUp(`Apache Kafka ${VERSION} did not start within ${START_MS / 1000} s; the end of its log is above.`);
  }
  await new Promise((done) => setTimeout(done, 200));
}
process.stdout.write(`Apache Kafka ${VERSION} answers at 127.0.0.1:${port}.\n`);
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--runInBand',
    'libs/embedded/src/broker/contract',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, KAFKA_BROKERS: `127.0.0.1:${port}` } },
);
const code = await new Promise((done) => jest.once('exit', (status) => done(status ?? 1)));
await stop();
process.exit(code);
