/** What every service stands on: settings, HTTP, health, metrics, traces, vault, imports, orderly shutdown. */
export { Access, type Identity } from './access/access.js';
export { Authenticator } from './access/authenticator.js';
export { maskPersonal, personalFor } from './access/mask.js';
export { accessModule } from './access/module.js';
export { Needs, type NeedsOptions, SignedIn } from './access/needs.js';
export { type Permission, permissionNames, permissions } from './access/permissions.js';
export { permissionsOfRole, type Role as UserRole, roleNames, rolesWith } from './access/roles.js';
export { Clock, SystemClock } from './clock.js';
export { countryCodeOf } from './countries.js';
export {
  Ctx,
  contextOf,
  DryRun,
  dryRunOf,
  etagOf,
  heedingDryRun,
  IdempotencyKey,
  IfMatch,
  localeOf,
  MinRevision,
  type RequestContext,
  requestState,
  revisionOf,
} from './http/context.js';
export {
  afterCursor,
  type CursorKey,
  decodeCursor,
  encodeCursor,
  type Page,
  pageOf,
  type SortField,
} from './http/cursor.js';
export { Field } from './http/field.js';
export { checkFields } from './http/fields-pipe.js';
export { classifyError, type Problem, problemOf } from './http/problem.js';
export { sendProblem } from './http/problem-filter.js';
export { Public, RawBody, StreamBody } from './http/public.js';
export { idFromKey, newId } from './ids.js';
export { BadValue } from './imports/bad-value.js';
export { type Column, type ColumnContext, column, type RowOf } from './imports/columns.js';
export { parseDate } from './imports/dates.js';
export {
  defineImport,
  type ImportContext,
  type ImportDefinition,
  type ImportItem,
  type ImportMode,
  type ImportRow,
  type ItemOutcome,
  type TypedImport,
} from './imports/define.js';
export { importsModule } from './imports/module.js';
export {
  applyDiscount,
  divideHalfUp,
  minorDigits,
  parseDecimal,
  parseMoney,
  timesHalfUp,
  toMinorUnits,
} from './imports/money.js';
export { ImportService } from './imports/service.js';
export { MongoConnections } from './mongo/connections.js';
export { Health } from './observe/health.js';
export { createLogger, Logger, NestLogger } from './observe/logger.js';
export { Metrics } from './observe/metrics.js';
export { formatTraceparent, parseTraceparent, type Traced, Tracing } from './observe/tracing.js';
export {
  defineService,
  type RunningService,
  type ServiceDefinition,
  type StartOptions,
} from './service/definition.js';
export { InstanceRole } from './service/instance-role.js';
export { explainStartFailure, runMain } from './service/run-main.js';
export { Shutdown, type ShutdownPhase, shutdownPhases } from './service/shutdown.js';
export { startService } from './service/start.js';
export { CONNECTION, InjectConnection, InjectSettings, SERVICE_NAME, SETTINGS } from './service/tokens.js';
export { definePlainSettings, defineSettings } from './settings/common.js';
export { readSettings, SettingsInvalid, type SettingsOf, SettingsSpec } from './settings/define.js';
export { type SettingKind, setting } from './settings/kinds.js';
export { KeyErased, SealBroken } from './vault/crypto.js';
export { OpenNote, type SealText, withSealedNotes } from './vault/notes.js';
export { openAll } from './vault/open-all.js';
export { type SealOptions, type SealRequest, Vault } from './vault/vault.js';
