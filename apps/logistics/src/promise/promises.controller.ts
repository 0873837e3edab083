import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, Field, Needs } from '@orderloom/platform';
import { measure } from '../carriers/measures.js';
import { ReferenceData } from '../data/reference-data.js';
import { Views } from '../views.js';
import { Promises } from './promises.js';

class QuoteLineBody {
  @Field.string({ max: 100 }) sku!: string;
  @Field.integer({ min: 1, max: 1_000_000 }) quantity!: number;
}

class QuoteBody {
  @Field.country() country!: string;
  @Field.string({ max: 100, default: 'main', description: 'Where it would leave.' }) location!: string;
  @Field.list(() => QuoteLineBody, { min: 1, max: 500 }) lines!: QuoteLineBody[];
  @Field.time({ optional: true }) requiredBy?: string;
  @Field.time({ optional: true, description: 'When it is ordered; now when absent.' }) at?: string;
}

class OrderQuery {
  @Field.string({ max: 200 }) orderId!: string;
}

/** When it will be there: asked before an order is placed, and of one that is. */
@ApiTags('delivery promise')
@Needs('shipments:read')
@Controller('api/logistics')
export class PromisesController {
  constructor(
    private readonly promises: Promises,
    private readonly reference: ReferenceData,
    private readonly views: Views,
    private readonly clock: Clock,
  ) {}

  @Post('quotes')
  @HttpCode(200)
  @ApiOperation({ summary: 'What it would cost and when it would be there, by every carrier and service, best first' })
  async quote(@Body() { country, location, lines, requiredBy, at }: QuoteBody): Promise<object> {
    const data = await this.reference.fresh();
    const measures = measure(lines, data);
    const sending = {
      location,
      country,
      measures,
      parcels: 1,
      heaviestGrams: measures.weightGrams,
      requiredBy: requiredBy === undefined ? undefined : new Date(requiredBy).toISOString(),
      at: at === undefined ? this.clock.millis() : Date.parse(at),
      handling: true,
      shipmentId: `${country}:${location}`,
    };
    const shopping = this.promises.shop(sending);
    return {
      measures,
      promisedAt: shopping.offers[0]?.promisedAt ?? null,
      choice: shopping.choice(0),
      offers: shopping.offers.map((offer) => {
        const carrier = data.get('carrier', offer.carrier);
        return {
          carrier: offer.carrier,
          service: offer.service.code,
          zone: offer.zone.zone,
          cost: offer.cost,
          currency: offer.currency,
          chargeableGrams: offer.chargeableGrams,
          score: offer.score,
          ...(carrier
            ? this.promises.explain(sending, carrier.value, offer.service, offer.zone)
            : { promisedAt: offer.promisedAt }),
        };
      }),
    };
  }

  @Get('promises')
  @ApiOperation({ summary: 'When an order will be there: as said when it was released, and as it looks now' })
  async ofOrder(@Query() { orderId }: OrderQuery): Promise<object> {
    const [fulfilments, shipments] = await Promise.all([
      this.views.fulfilments.collection().find({ orderId }).sort({ createdAt: 1 }).toArray(),
      this.views.shipments.collection().find({ orderId }).sort({ dispatchedAt: 1 }).toArray(),
    ]);
    const byFulfilment = new Map(shipments.map((shipment) => [shipment.fulfilmentId, shipment]));
    const ended = ['CANCELLED', 'REJECTED', 'SHORT'];
    const parts = fulfilments
      .filter(({ status }) => !ended.includes(status))
      .map((fulfilment) => {
        const shipment = byFulfilment.get(fulfilment._id);
        return {
          fulfilmentId: fulfilment._id,
          shipmentId: shipment?._id ?? null,
          status: shipment?.status ?? fulfilment.status,
          dueAt: fulfilment.dueAt,
          /** As said when the order was released. */
          saidAt: fulfilment.promisedAt,
          promisedAt: shipment?.promisedAt ?? fulfilment.promisedAt,
          deliveredAt: shipment?.deliveredAt ?? null,
          late: fulfilment.overdue || (shipment?.overdue ?? false),
          problems: (shipment?.exceptions ?? []).filter(({ closedAt }) => closedAt === null).map(({ kind }) => kind),
        };
      });
    const open = parts.filter(({ deliveredAt }) => deliveredAt === null);
    const last = open
      .map(({ promisedAt }) => promisedAt)
      .filter((time) => time !== null)
      .sort()
      .at(-1);
    return {
      orderId,
      /** When the last part will be there; null: nothing is promised, or all of it is there. */
      promisedAt: last ?? null,
      complete: parts.length > 0 && open.length === 0,
      parts,
    };
  }
}
