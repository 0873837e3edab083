import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Address, Refused } from '@orderloom/contracts';
import {
  Clock,
  Ctx,
  DryRun,
  Field,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  Needs,
  newId,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import { type CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { ReferenceData } from '../data/reference-data.js';
import { labelsPdf, packingSlipPdf } from '../documents/documents.js';
import { planParcels } from '../packing/plan-parcels.js';
import { FulfilmentRepository } from '../repositories.js';
import { PickLists } from '../waves/pick-lists.js';
import { scan } from './decide.js';
import type { Fulfilment, FulfilmentFacts } from './fulfilment.js';
import { showFulfilment } from './work-on-fulfilments.js';

class ScanItemBody {
  @Field.oneOf(['pick', 'pack'] as const) stage!: 'pick' | 'pack';
  @Field.string({ max: 80, description: 'As read: a barcode or a sku.' }) code!: string;
  @Field.integer({ min: 1, max: 100_000, default: 1 }) quantity!: number;
  @Field.string({ optional: true, max: 200, description: 'When packing: into which parcel.' }) parcelId?: string;
}

class LocaleQuery {
  @Field.oneOf(['zh-CN', 'en'] as const, { optional: true, description: "The reader's language when absent." })
  locale?: 'zh-CN' | 'en';
}

/** What people at the packing table need: scanner, carton plan, paper. */
@ApiTags('fulfilments')
@Needs('fulfilments:work')
@Controller('api/fulfilments')
export class PackingController {
  constructor(
    private readonly repository: FulfilmentRepository,
    private readonly reference: ReferenceData,
    private readonly pickLists: PickLists,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Needs('fulfilments:read')
  @Get(':id/pick-list')
  @ApiOperation({ summary: 'What to pick, in walking order' })
  async pickList(@Param('id') id: string): Promise<object> {
    const { facts } = await this.#load(id);
    return this.pickLists.of(facts.location, [id]);
  }

  @Needs('fulfilments:read')
  @Get(':id/carton-plan')
  @ApiOperation({ summary: 'Which cartons hold it, by size and weight (first-fit decreasing)' })
  async cartonPlan(@Param('id') id: string): Promise<object> {
    const { state } = await this.#load(id);
    return { parcels: planParcels(state, await this.reference.fresh()) };
  }

  @Post(':id/scan')
  @HttpCode(200)
  @ApiOperation({ summary: 'Count an item that was scanned; the last one completes picking or packing' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat with the same key is counted once.' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'The wrong item, or one too many.' })
  @ApiResponse({ status: 422, description: 'Nobody knows the code.' })
  async scan(
    @Param('id') id: string,
    @Body() body: ScanItemBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const data = await this.reference.fresh();
    const scanId = key === undefined ? newId() : idFromKey('scan', id, key);
    const at = this.clock.now();
    const decide = (state: Fulfilment) => {
      const known = (state.facts?.lines ?? []).map(({ sku }) => sku);
      return scan(id, { ...body, scanId, sku: data.skuOf(body.code, known), at }, state);
    };
    return runCommand(this.repository, id, decide, { context, ifMatch, dryRun, reply }, showFulfilment);
  }

  @Get(':id/packing-slip.pdf')
  @Header('content-type', 'application/pdf')
  @ApiProduces('application/pdf')
  @ApiOperation({ summary: 'Packing slip: what is in which parcel' })
  async packingSlip(
    @Param('id') id: string,
    @Query() { locale }: LocaleQuery,
    @Ctx() context: RequestContext,
  ): Promise<Buffer> {
    const { state, facts } = await this.#load(id);
    return packingSlipPdf(state, await this.#address(facts), locale ?? context.locale);
  }

  @Get(':id/labels.pdf')
  @Header('content-type', 'application/pdf')
  @ApiProduces('application/pdf')
  @ApiOperation({ summary: 'One shipping label per parcel, 100 × 150 mm' })
  @ApiResponse({ status: 409, description: 'No carrier is booked yet.' })
  async labels(
    @Param('id') id: string,
    @Query() { locale }: LocaleQuery,
    @Ctx() context: RequestContext,
  ): Promise<Buffer> {
    const { state, facts } = await this.#load(id);
    const booked = state.label ?? state.handover;
    if (!booked) throw new Refused('LABEL_MISSING', { fulfilmentId: id });
    const data = await this.reference.fresh();
    const carrier = booked.carrier ?? 'unknown';
    return labelsPdf(
      {
        state,
        address: await this.#address(facts),
        carrier: data.get('carrier', carrier)?.value.name ?? carrier,
        service: booked.service ?? '',
        trackingNumber: booked.trackingNumber ?? booked.shipmentId,
        sender: data.or('site', facts.location).sender ?? facts.location,
      },
      locale ?? context.locale,
    );
  }

  async #load(id: string): Promise<{ state: Fulfilment; facts: FulfilmentFacts }> {
    const { state } = await this.repository.load(id);
    if (!state.facts) throw new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId: id });
    return { state, facts: state.facts };
  }

  /** Null when there is none or the customer was erased. */
  async #address({ shipTo }: FulfilmentFacts): Promise<Address | null> {
    return shipTo.address === undefined ? null : this.vault.unseal<Address>(shipTo.address);
  }
}
