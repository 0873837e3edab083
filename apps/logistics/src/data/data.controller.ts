import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, isTimeZone, Refused } from '@orderloom/contracts';
import { Ctx, checkFields, DryRun, Field, IfMatch, Needs, type RequestContext } from '@orderloom/platform';
import { type CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { TermsPublisher } from '../promise/terms-publisher.js';
import { DataRepository } from '../repositories.js';
import { Views } from '../views.js';
import { type DataRecord, dataRecordId, removeData, saveData } from './data-set.js';
import {
  type CarrierData,
  type DataKind,
  dataClasses,
  dataKinds,
  HttpBookingData,
  IncidentsData,
  isDataKind,
  ServiceData,
  type SiteData,
} from './kinds.js';
import { ReferenceData } from './reference-data.js';

class VersionQuery {
  @Field.integer({ optional: true, min: 1, description: 'As it was; the newest when absent.' }) version?: number;
}

class ManyRecordsBody {
  @Field.record({ description: 'Id → record; up to 2,000.' }) records!: Record<string, unknown>;
}

const ID = /^[^\s/:]{1,100}$/u;

const kindOf = (kind: string): DataKind => {
  if (!isDataKind(kind)) throw new Refused('LOGISTICS_DATA_KIND_UNKNOWN', { kind, allowed: dataKinds });
  return kind;
};

const idOf = (id: string): string => {
  if (!ID.test(id)) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'id', code: 'PATTERN_MISMATCH' }]);
  return id;
};

/** Defaults of nested records: those of the outer one are filled in when it is checked. */
const withDefaults = (kind: DataKind, record: object): object => {
  if (kind !== 'carrier') return record;
  const { services, booking, incidents, ...carrier } = record as CarrierData;
  return {
    ...carrier,
    services: services.map((service) => checkFields(ServiceData, service)),
    ...(booking === undefined ? {} : { booking: checkFields(HttpBookingData, booking) }),
    ...(incidents === undefined ? {} : { incidents: checkFields(IncidentsData, incidents) }),
  };
};

/** What no single field can tell. */
const problemsOf = (kind: DataKind, value: object): FieldProblem[] => {
  if (kind === 'site' && !isTimeZone((value as SiteData).timeZone)) {
    return [{ path: 'timeZone', code: 'TIME_ZONE_UNKNOWN' }];
  }
  if (kind === 'carrier') {
    const { adapter, booking } = value as CarrierData;
    if (adapter === 'http' && !booking) return [{ path: 'booking', code: 'REQUIRED' }];
    if (booking && !/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/.test(booking.url)) {
      return [{ path: 'booking.url', code: 'CARRIER_URL_INSECURE' }];
    }
  }
  return [];
};

/** A record, checked by the class of its kind. @throws Refused VALIDATION_FAILED */
const checked = (kind: DataKind, value: unknown, path = ''): object => {
  const under = (problems: readonly FieldProblem[]) =>
    problems.map((problem) => ({ ...problem, path: [path, problem.path].filter((part) => part !== '').join('.') }));
  try {
    const record: object = withDefaults(kind, { ...checkFields<object>(dataClasses[kind], value) });
    const problems = problemsOf(kind, record);
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    // Events hold plain JSON.
    return JSON.parse(JSON.stringify(record)) as object;
  } catch (error) {
    if (error instanceof Refused && error.fields) throw new Refused(error.code, error.details, under(error.fields));
    throw error;
  }
};

/** What the operator maintains: carriers and rates, calendars, cartons, items, sites, policies, playbooks, vehicles. */
@ApiTags('logistics data')
@Needs('policies:read')
@Controller('api/logistics/data')
export class DataController {
  constructor(
    private readonly repository: DataRepository,
    private readonly reference: ReferenceData,
    private readonly views: Views,
    private readonly terms: TermsPublisher,
  ) {}

  @Get(':kind')
  @ApiOperation({ summary: 'Every record of a kind as it is in force; version 0 is what was built in' })
  @ApiParam({ name: 'kind', enum: dataKinds })
  async list(@Param('kind') kind: string): Promise<{ items: readonly object[] }> {
    return { items: (await this.reference.fresh()).all(kindOf(kind)) };
  }

  @Get(':kind/:id')
  @ApiOperation({ summary: 'One record, as it is or as it was' })
  async one(@Param('kind') kind: string, @Param('id') id: string, @Query() { version }: VersionQuery): Promise<object> {
    const known = kindOf(kind);
    if (version !== undefined) {
      const history = await this.repository.history(dataRecordId(known, id));
      const event = history[version - 1];
      if (!event || !('value' in event.data)) throw new Refused('LOGISTICS_DATA_NOT_FOUND', { kind, id });
      return { id, version, value: event.data.value, by: event.metadata.actor, at: event.recordedAt };
    }
    const found = (await this.reference.fresh()).get(known, id);
    if (!found) throw new Refused('LOGISTICS_DATA_NOT_FOUND', { kind, id });
    return found;
  }

  @Needs('policies:edit')
  @Put(':kind/:id')
  @ApiOperation({ summary: 'Save a record; every version is kept' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async save(
    @Param('kind') kind: string,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const known = kindOf(kind);
    const value = checked(known, body);
    const decide = (state: DataRecord) => saveData(known, idOf(id), value, state);
    return this.#run(known, id, decide, { context, ifMatch, dryRun, reply });
  }

  @Needs('policies:edit')
  @Put(':kind')
  @HttpCode(200)
  @ApiOperation({ summary: 'Save many records of a kind at once, e.g. the measures of all items' })
  async saveMany(
    @Param('kind') kind: string,
    @Body() { records }: ManyRecordsBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<{ saved: number; dryRun?: true }> {
    const known = kindOf(kind);
    const entries = Object.entries(records);
    if (entries.length > 2_000) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'records', code: 'TOO_MANY', details: { max: 2_000 } }]);
    }
    // All of it is checked before any of it is saved.
    const values = entries.map(([id, value]) => ({ id: idOf(id), value: checked(known, value, `records.${id}`) }));
    if (dryRun) return { saved: values.length, dryRun: true };
    const { actor, correlationId, now } = context;
    const settled = await this.repository.handleMany(
      values.map(({ id, value }) => ({
        id: dataRecordId(known, id),
        decide: (state: DataRecord) => saveData(known, id, value, state),
        context: { actor, correlationId, now },
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
    const last = settled.filter((outcome) => outcome.ok && outcome.value.changed).at(-1);
    if (last?.ok) await this.#shown(last.value.id, last.value.revision);
    return { saved: settled.length };
  }

  @Needs('policies:edit')
  @Delete(':kind/:id')
  @ApiOperation({ summary: 'Remove a record; what was built in holds again' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async remove(
    @Param('kind') kind: string,
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const known = kindOf(kind);
    return this.#run(known, id, (state) => removeData(known, id, state), { context, ifMatch, dryRun, reply });
  }

  async #run(
    kind: DataKind,
    id: string,
    decide: Parameters<DataRepository['handle']>[1],
    request: Parameters<typeof runCommand>[3],
  ): Promise<CommandAnswer> {
    const recordId = dataRecordId(kind, id);
    const answer = await runCommand(this.repository, recordId, decide, request, (state) => state);
    if (answer.changed === true) await this.#shown(recordId, BigInt(answer.revision));
    return answer;
  }

  /** Whoever saves must find it in force at once. */
  async #shown(recordId: string, revision: bigint): Promise<void> {
    await this.views.records.waitFor(this.repository.streamOf(recordId), revision, 2_000).catch(() => undefined);
    await this.reference.reload();
    await this.terms.publish();
  }
}
