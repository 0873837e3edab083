import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { DryRun, Needs } from '@orderloom/platform';
import { FieldReader } from '../intake/field-reader.js';
import {
  type PaymentSimulation,
  SIMULATED_OUTCOMES,
  SIMULATED_REQUESTS,
  SimulatedProvider,
} from './simulated-provider.js';

const FIELDS = new Set(['outcome', 'only', 'delayMs', 'failNext', 'code', 'retriable']);

@ApiTags('payments')
@Needs('policies:read')
@Controller('api/simulation/payments')
export class PaymentSimulationController {
  constructor(private readonly provider: SimulatedProvider) {}

  @Get()
  @ApiOperation({ summary: 'How the simulated payment provider answers' })
  simulation(): Promise<PaymentSimulation> {
    return this.provider.simulation();
  }

  @Needs('simulation:manage')
  @Put()
  @ApiOperation({ summary: 'Set how the simulated payment provider answers; kept over restarts' })
  @ApiBody({
    schema: {
      type: 'object',
      properties: {
        outcome: { type: 'string', enum: [...SIMULATED_OUTCOMES] },
        only: {
          type: 'array',
          nullable: true,
          items: { type: 'string', enum: [...SIMULATED_REQUESTS] },
          description: 'What this is about; everything else succeeds. All when left out.',
        },
        delayMs: { type: 'integer', minimum: 0, maximum: 86_400_000 },
        failNext: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'So many of the next fail.' },
        code: { type: 'string', nullable: true, description: 'Why it declines, e.g. INSUFFICIENT_FUNDS.' },
        retriable: { type: 'boolean', description: 'Whether what it declines may be asked again.' },
      },
    },
  })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async set(@Body() body: unknown, @DryRun() dryRun: boolean): Promise<PaymentSimulation & { dryRun?: true }> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(FIELDS);
    const now = await this.provider.simulation();
    const only = reader.ids('only', SIMULATED_REQUESTS.length);
    const meant = SIMULATED_REQUESTS.filter((request) => only?.includes(request));
    if (only !== undefined && only.length !== meant.length) {
      reader.problem('only', 'NOT_ONE_OF', { allowed: [...SIMULATED_REQUESTS] });
    }
    const simulation: PaymentSimulation = {
      outcome: reader.oneOf('outcome', SIMULATED_OUTCOMES) ?? now.outcome,
      only: only === undefined || meant.length === 0 ? null : meant,
      delayMs: reader.integer('delayMs', 0, 86_400_000) ?? now.delayMs,
      failNext: reader.integer('failNext', 0, 1_000_000) ?? now.failNext,
      code: reader.id('code') ?? null,
      retriable: reader.boolean('retriable') ?? false,
    };
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    if (dryRun) return { ...simulation, dryRun: true };
    await this.provider.set(simulation);
    return simulation;
  }
}
