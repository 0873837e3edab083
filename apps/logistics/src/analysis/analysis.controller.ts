import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, Field, Needs } from '@orderloom/platform';
import { ReferenceData } from '../data/reference-data.js';
import { Views } from '../views.js';
import { changesOf } from './changes.js';
import { type AnalysedShipment, figuresBy, figuresOf } from './figures.js';

class AnalysisQuery {
  @Field.time({ optional: true, description: 'Dispatched from then on; thirty days ago when absent.' }) from?: string;
  @Field.time({ optional: true, description: 'Dispatched before; now when absent.' }) to?: string;
  @Field.string({ optional: true, max: 100 }) location?: string;
}

/** Shipments looked at at most, the newest: more would hold the answer up for too long. */
const MOST = 50_000;
const DAY = 86_400_000;

const FIELDS = {
  orderId: 1,
  carrier: 1,
  service: 1,
  zone: 1,
  location: 1,
  country: 1,
  status: 1,
  dispatchedAt: 1,
  deliveredAt: 1,
  firstPromisedAt: 1,
  attempts: 1,
  cost: 1,
  currency: 1,
  weightGrams: 1,
  chargeableGrams: 1,
  load: 1,
  'exceptions.kind': 1,
  'claims.paid': 1,
} as const;

/** What shipping costs, how long it takes, and what would save most. */
@ApiTags('analysis')
@Needs('shipments:read')
@Controller('api/logistics/analysis')
export class AnalysisController {
  constructor(
    private readonly views: Views,
    private readonly reference: ReferenceData,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary:
      'Cost per order, transit time, on-time rate, load factor, re-deliveries, and the changes that would save most',
  })
  async analysis(@Query() query: AnalysisQuery): Promise<object> {
    const now = this.clock.millis();
    const from = query.from === undefined ? new Date(now - 30 * DAY).toISOString() : new Date(query.from).toISOString();
    const to = query.to === undefined ? new Date(now).toISOString() : new Date(query.to).toISOString();
    const filter = {
      dispatchedAt: { $gte: from, $lt: to },
      ...(query.location === undefined ? {} : { location: query.location }),
    };
    const found = await this.views.shipments
      .collection()
      .find(filter, { projection: FIELDS })
      .sort({ dispatchedAt: -1, _id: -1 })
      .limit(MOST + 1)
      .toArray();
    // Only the fields named above were asked for.
    const shipments = found.slice(0, MOST) as unknown as AnalysedShipment[];
    const data = await this.reference.fresh();
    const nameOf = (carrier: string) => data.get('carrier', carrier)?.value.name ?? carrier;
    return {
      from,
      to,
      exact: found.length <= MOST,
      total: figuresOf(shipments),
      carriers: figuresBy(shipments, ({ carrier, service }) => `${carrier}/${service ?? ''}`).map(
        ({ key, ...figures }) => {
          const [carrier = '', service = ''] = key.split('/');
          return { carrier, name: nameOf(carrier), service, ...figures };
        },
      ),
      lanes: figuresBy(shipments, ({ location, country }) => `${location ?? ''}\n${country}`).map(
        ({ key, ...figures }) => {
          const [location = '', country = ''] = key.split('\n');
          return { location, country, ...figures };
        },
      ),
      changes: changesOf(shipments, data),
    };
  }
}
