import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Field, Needs } from '@orderloom/platform';
import { dayRange } from './range.js';
import { Summary } from './summary.js';
import { SummaryService } from './summary.service.js';

class SummaryQuery {
  @Field.time({ optional: true, description: 'First day, UTC, included. Open when absent.' }) from?: string;
  @Field.time({ optional: true, description: 'Last day, UTC, included. Open when absent.' }) to?: string;
  @Field.currency({ optional: true, description: 'Orders in this currency; the most frequent one when absent.' })
  currency?: string;
}

@ApiTags('analytics')
@Needs('analytics:read')
@Controller('api/analytics')
export class SummaryController {
  constructor(private readonly summaries: SummaryService) {}

  @Get('summary')
  @ApiOperation({ summary: 'Orders, value, lateness and time per step, by the day orders were placed' })
  @ApiOkResponse({ type: Summary })
  summary(@Query() query: SummaryQuery): Promise<Summary> {
    return this.summaries.summary(dayRange(query.from, query.to), query.currency);
  }
}
