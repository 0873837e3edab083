import { roles } from '../service/instance-role.js';
import { SettingsSpec } from './define.js';
import { type SettingKind, setting } from './kinds.js';

/** Settings that every program has. */
export const baseSettings = {
  HOST: setting.text({ default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` in a container.' }),
  PORT: setting.integer({ default: 0, min: 0, max: 65535, description: 'Port to listen on; 0 takes a free one.' }),
  ORDERLOOM_ADMIN_TOKEN: setting.text({
    pattern: /^[\x21-\x7e]{16,}$/,
    hint: 'at least 16 printable characters without spaces',
    secret: true,
    description: "The administrator's bearer token. Issued tokens are signed with a key made from it.",
  }),
  ORDERLOOM_DATA: setting.text({ default: '.orderloom', description: 'Folder for uploads and other local files.' }),
  LOG_LEVEL: setting.oneOf(['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'Least severe level that is logged.',
  }),
  LOG_REQUESTS: setting.flag({
    default: false,
    description: 'Log every request; otherwise only failed and slow ones.',
  }),
  SLOW_REQUEST_MS: setting.integer({ default: 1000, min: 1, description: 'A request slower than this is logged.' }),
  BODY_LIMIT_BYTES: setting.integer({
    default: 1_048_576,
    min: 1024,
    description: 'Largest JSON body accepted. Imports stream and have no limit.',
  }),
  SHUTDOWN_TIMEOUT_MS: setting.integer({
    default: 10_000,
    min: 100,
    description: 'Longest time an orderly stop may take.',
  }),
  SHUTDOWN_DELAY_MS: setting.integer({
    default: 0,
    min: 0,
    max: 60_000,
    description: 'Time between turning unready and refusing connections, so that a load balancer notices.',
  }),
  OIDC_ISSUER: setting.url({
    optional: true,
    schemes: ['https', 'http'],
    description: 'OpenID Connect provider whose access tokens are taken, exactly as in their `iss`.',
  }),
  OIDC_AUDIENCE: setting.text({ optional: true, description: 'What must be in the `aud` of its tokens.' }),
  OIDC_JWKS_URL: setting.url({
    optional: true,
    schemes: ['https', 'http'],
    description: 'Where its keys are; by default found through its discovery document.',
  }),
  OIDC_ROLES_CLAIM: setting.text({
    default: 'roles',
    description: 'Claim that holds the roles, e.g. `realm_access.roles`. Names that are no role here are left out.',
  }),
  OIDC_CHANNELS_CLAIM: setting.text({ default: 'channels', description: 'Claim that limits a token to channels.' }),
  OIDC_CUSTOMER_CLAIM: setting.text({
    default: 'customer_id',
    description: "Claim that limits a token to one customer's orders.",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting.url({
    optional: true,
    schemes: ['http', 'https'],
    description: 'Where traces go (OTLP over HTTP). Unset: no tracing.',
  }),
};

/** Settings of every program that reaches the engines. */
export const engineSettings = {
  ROLE: setting.oneOf(roles, {
    default: 'all',
    description:
      '`api`: answers requests only; `worker`: also consumes, publishes, projects and works off jobs; `all`: both in ' +
      'one process. With `api` instances at least one `worker` must run.',
  }),
  EVENTSTORE_URL: setting.url({
    schemes: ['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover'],
    description: 'EventStoreDB/KurrentDB, e.g. `esdb://127.0.0.1:2113?tls=false`.',
  }),
  KAFKA_BROKERS: setting.list({ description: 'Kafka brokers, e.g. `127.0.0.1:9092`.' }),
  MONGODB_URL: setting.url({
    schemes: ['mongodb', 'mongodb+srv'],
    description: 'MongoDB replica set, e.g. `mongodb://127.0.0.1:27017/?replicaSet=rs0`.',
  }),
  ORDERLOOM_MASTER_KEY: setting.text({
    pattern: /^(\d+:[A-Za-z0-9+/_-]{43}=?)(,\d+:[A-Za-z0-9+/_-]{43}=?)*$|^[A-Za-z0-9+/_-]{43}=?$/,
    hint: '32 random bytes in base64, optionally `version:key`, several separated by commas',
    secret: true,
    description:
      'Master key that wraps the keys of sealed personal data. 32 random bytes in base64 ' +
      '(`openssl rand -base64 32`); for rotation several as `2:…,1:…`: the highest version wraps, all unwrap.',
  }),
  VAULT_CACHE_SECONDS: setting.integer({
    default: 60,
    min: 1,
    max: 3600,
    description:
      'How long a process remembers a key of sealed personal data, seconds. Processes that do not hear of an erasure ' +
      'go on reading what was erased for as long; each key that is forgotten costs a query when it is needed again.',
  }),
};

type Kinds = Readonly<Record<string, SettingKind<unknown>>>;

/** Values of the settings every program has. */
export type BaseKinds = typeof baseSettings;
/** Values of the settings every service on the engines has. */
export type EngineKinds = typeof engineSettings;

/**
 * Settings of a service: the common ones, those of the engines, and its own.
 * @example const orderSettings = defineSettings('order', { PAYMENT_MODE: setting.oneOf(['simulated'], {…}) })
 */
export function defineSettings<K extends Kinds>(name: string, own: K): SettingsSpec<BaseKinds & EngineKinds & K> {
  return new SettingsSpec(name, { ...baseSettings, ...engineSettings, ...own });
}

/** As `defineSettings`, for a program that reaches no engine (the gateway). */
export function definePlainSettings<K extends Kinds>(name: string, own: K): SettingsSpec<BaseKinds & K> {
  return new SettingsSpec(name, { ...baseSettings, ...own });
}
