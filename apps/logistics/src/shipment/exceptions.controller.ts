import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { deterministicId } from '@orderloom/event-sourcing';
import {
  Clock,
  Ctx,
  DryRun,
  IdempotencyKey,
  IfMatch,
  Needs,
  openAll,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import { type CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { ReferenceData } from '../data/reference-data.js';
import { ShipmentRepository } from '../repositories.js';
import { listed, Views } from '../views.js';
import { fileClaim, settleClaim } from './claims.js';
import { returned, returning } from './decide.js';
import { act, raise } from './exceptions.js';
import { ActionBody, ClaimBody, ExceptionBody, ExceptionQuery, ScanBody, SettleBody } from './shipment.dto.js';
import type { Shipment } from './shipment.js';
import type { ShipmentDocument } from './shipments.projection.js';
import { showShipment } from './show.js';
import { track } from './track.js';

/** What goes wrong on the way, and what is done about it. */
@ApiTags('shipments')
@Needs('shipments:read')
@Controller('api/shipments')
export class ExceptionsController {
  constructor(
    private readonly repository: ShipmentRepository,
    private readonly reference: ReferenceData,
    private readonly views: Views,
    private readonly clock: Clock,
    private readonly vault: Vault,
  ) {}

  @Get('exceptions')
  @ApiOperation({ summary: 'Shipments with an open problem, the most urgent first' })
  async list(
    @Query() { overdue, kind, limit }: ExceptionQuery,
    @Ctx() { access }: RequestContext,
  ): Promise<{ items: object[] }> {
    const filter: Filter<ShipmentDocument> = {
      exceptionDueAt: { $gt: '', ...(overdue === 'true' ? { $lte: this.clock.now() } : {}) },
      ...(kind === undefined ? {} : { exceptions: { $elemMatch: { kind: { $in: kind }, closedAt: null } } }),
    };
    const found = await this.views.shipments
      .collection()
      .find(filter)
      .sort({ exceptionDueAt: 1 })
      .limit(limit)
      .toArray();
    return { items: await openAll(this.vault, found.map(listed), access) };
  }

  @Needs('shipments:work')
  @Post(':id/scans')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record what a carrier says by telephone or on its own page' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat with the same key is recorded once.' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  scan(
    @Param('id') id: string,
    @Body() body: ScanBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const occurredAt = body.occurredAt === undefined ? this.clock.now() : new Date(body.occurredAt).toISOString();
    const scanKey = deterministicId('scan', id, key ?? `${body.status}|${occurredAt}`);
    const update = { ...body, occurredAt, scanKey };
    return this.#run(id, (state) => track(id, update, state, (kind) => this.reference.now.playbook(kind)), {
      context,
      ifMatch,
      dryRun,
      reply,
    });
  }

  @Needs('shipments:work')
  @Post(':id/exceptions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record that something went wrong; the playbook says what to do' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  raise(
    @Param('id') id: string,
    @Body() { kind, note }: ExceptionBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    const decide = (state: Shipment) =>
      raise(id, { kind, note, at, playbook: this.reference.now.playbook(kind) }, state);
    return this.#run(id, decide, { context, ifMatch, dryRun, reply });
  }

  @Needs('shipments:work')
  @Post(':id/exceptions/:number/actions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Carry out a step of the playbook of the n-th problem of a shipment' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Closed, delivered, or not a step of its playbook.' })
  act(
    @Param('id') id: string,
    @Param('number') number: string,
    @Body() { date, ...body }: ActionBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const when = date === undefined ? undefined : new Date(date).toISOString();
    const command = { ...body, date: when, exceptionId: `${id}/E${number}`, at: this.clock.now() };
    return this.#run(id, (state) => act(id, command, state), { context, ifMatch, dryRun, reply });
  }

  @Needs('shipments:work')
  @Post(':id/return')
  @HttpCode(200)
  @ApiOperation({ summary: 'Have it brought back' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  sendBack(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    return this.#run(id, (state) => returning(id, 'REQUESTED', at, state), { context, ifMatch, dryRun, reply });
  }

  @Needs('shipments:work')
  @Post(':id/take-back')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record that it is back where it left' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  takeBack(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    return this.#run(id, (state) => returned(id, at, state), { context, ifMatch, dryRun, reply });
  }

  @Needs('shipments:work')
  @Post(':id/claims')
  @HttpCode(201)
  @ApiOperation({ summary: 'Ask the carrier to pay' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Another claim is open.' })
  claim(
    @Param('id') id: string,
    @Body() body: ClaimBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    const decide = (state: Shipment) => {
      const carrier = state.facts && this.reference.now.get('carrier', state.facts.carrier);
      return fileClaim(id, { ...body, answerDays: carrier?.value.claimDays ?? 14, at }, state);
    };
    return this.#run(id, decide, { context, ifMatch, dryRun, reply });
  }

  @Needs('shipments:work')
  @Post(':id/claims/:number/settle')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record what became of the n-th claim of a shipment' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  settle(
    @Param('id') id: string,
    @Param('number') number: string,
    @Body() body: SettleBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { ...body, claimId: `${id}/C${number}`, at: this.clock.now() };
    return this.#run(id, (state) => settleClaim(id, command, state), { context, ifMatch, dryRun, reply });
  }

  async #run(
    id: string,
    decide: Parameters<ShipmentRepository['handle']>[1],
    request: Parameters<typeof runCommand>[3],
  ): Promise<CommandAnswer> {
    await this.reference.fresh();
    return runCommand(this.repository, id, decide, request, showShipment);
  }
}
