import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Field, Needs } from '@orderloom/platform';
import { Forecaster } from './forecaster.js';

class ForecastQuery {
  @Field.string({ optional: true, max: 50, description: 'Only the demand at this location.' }) location?: string;
  @Field.oneOf(['day', 'week'], { default: 'day', description: 'Length of a period.' }) bucket!: 'day' | 'week';
  @Field.integer({ min: 1, max: 365, default: 28, description: 'Periods to forecast.' }) horizon!: number;
}

@ApiTags('forecasts')
@Needs('stock:read')
@Controller('api/forecasts')
export class ForecastsController {
  constructor(private readonly forecaster: Forecaster) {}

  @Get(':sku')
  @ApiOperation({
    summary: 'Demand to expect of a sku, with the method and how well it would have done',
    description:
      'Every method is tested on the periods that are past; `againstNaive` is its error divided by that of the naive forecast. One that would have done worse is never used.',
  })
  forecast(@Param('sku') sku: string, @Query() { location, bucket, horizon }: ForecastQuery): Promise<object> {
    return this.forecaster.forecast(sku, { location, bucket, horizon });
  }
}
