import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { DryRun, Needs } from '@orderloom/platform';
import { type SettlementReport, Settlements } from './settlements.js';

/** Files are taken in by `POST /api/imports?kind=settlements`. */
@ApiTags('payments')
@Needs('payments:read')
@Controller('api/payments/settlements')
export class SettlementsController {
  constructor(private readonly settlements: Settlements) {}

  @Get(':importId')
  @ApiOperation({ summary: "How a provider's settlement file and the ledger differ" })
  report(@Param('importId') importId: string): Promise<SettlementReport> {
    return this.settlements.report(importId);
  }

  @Needs('payments:manage')
  @Post(':importId/compare')
  @HttpCode(200)
  @ApiOperation({ summary: 'Look also for what the ledger has and the file has not, in the days of the file' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  compare(@Param('importId') importId: string, @DryRun() dryRun: boolean): Promise<SettlementReport> {
    return this.settlements.compare(importId, dryRun);
  }
}
