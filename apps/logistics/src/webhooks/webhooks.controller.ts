import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { isRefused, Refused } from '@orderloom/contracts';
import { Ctx, Public, type RequestContext, StreamBody } from '@orderloom/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ReferenceData } from '../data/reference-data.js';
import { ShipmentRepository } from '../repositories.js';
import { Handovers } from '../shipment/handover.js';
import type { Shipment } from '../shipment/shipment.js';
import { track } from '../shipment/track.js';
import { Views } from '../views.js';
import { RawBodies } from './raw-bodies.js';
import { type ParcelNews, readKuaidi100, readStandard } from './read-webhook.js';

const ROUTE = 'api/carriers/:code/webhook';

/** Where carriers tell what they scanned. No token: the signature says who it is. */
@ApiTags('carriers')
@Controller()
export class WebhooksController {
  readonly #bodies: RawBodies;

  constructor(
    private readonly repository: ShipmentRepository,
    private readonly reference: ReferenceData,
    private readonly handovers: Handovers,
    private readonly views: Views,
    adapter: HttpAdapterHost,
  ) {
    const fastify: FastifyInstance = adapter.httpAdapter.getInstance();
    this.#bodies = new RawBodies(fastify, `/${ROUTE}`);
  }

  @Public()
  @StreamBody()
  @Post(ROUTE)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take scans in, however late, often, or out of order they come',
    description:
      'Signed the Standard-Webhooks way: `{"parcels":[{"trackingNumber":…,"events":[{"status":…,"occurredAt":…}]}]}`; ' +
      'or a push of 快递100, signed with its salt.',
  })
  @ApiHeader({ name: 'webhook-id', required: false })
  @ApiHeader({ name: 'webhook-timestamp', required: false })
  @ApiHeader({ name: 'webhook-signature', required: false })
  @ApiResponse({ status: 401, description: 'The signature is not right.' })
  @ApiResponse({ status: 404, description: 'A parcel is not known (yet): send it again.' })
  async receive(
    @Param('code') code: string,
    @Ctx() context: RequestContext,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const data = await this.reference.fresh();
    const carrier = data.get('carrier', code);
    const secret = this.handovers.secret(code, 'webhook');
    // Whoever asks about carriers that have no webhook learns nothing.
    if (!carrier?.value.webhook || secret === undefined) throw new Refused('WEBHOOK_SIGNATURE_INVALID');
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    const raw = { carrier: code, body: this.#bodies.of(request), headers, secret };
    const kuaidi100 = carrier.value.webhook === 'kuaidi100';
    const recorded = await this.#record(code, kuaidi100 ? readKuaidi100(raw) : readStandard(raw), context);
    // The answer 快递100 takes for an acknowledgement.
    return kuaidi100 ? { result: true, returnCode: '200', message: '成功' } : { recorded };
  }

  /** All parcels of a webhook; what is known is recorded even where another one is not. */
  async #record(carrier: string, news: readonly ParcelNews[], { correlationId, now }: RequestContext): Promise<number> {
    const numbers = [...new Set(news.map(({ trackingNumber }) => trackingNumber))];
    const found = await this.views.shipments
      .collection()
      .find({ trackingNumber: { $in: numbers }, carrier }, { projection: { trackingNumber: 1 } })
      .toArray();
    const ids = new Map(found.map(({ _id, trackingNumber }) => [trackingNumber, _id]));
    const playbookOf = (kind: string) => this.reference.now.playbook(kind);
    const commands = news.flatMap(({ trackingNumber, updates }) => {
      const id = ids.get(trackingNumber);
      if (id === undefined) return [];
      return updates.map((update) => ({
        id,
        decide: (state: Shipment) => track(id, update, state, playbookOf),
        context: {
          actor: `carrier.${carrier}`,
          correlationId,
          causationId: update.scanKey,
          handler: 'logistics.webhook',
          now,
        },
      }));
    });
    const settled = await this.repository.handleMany(commands);
    for (const outcome of settled) if (!outcome.ok && !isRefused(outcome.error)) throw outcome.error;
    const unknown = numbers.filter((number) => !ids.has(number));
    if (unknown.length > 0) throw new Refused('TRACKING_NUMBER_UNKNOWN', { trackingNumbers: unknown });
    return settled.filter((outcome) => outcome.ok && outcome.value.changed).length;
  }
}
