import { Body, Controller, Delete, Get, Param, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Needs, type RequestContext } from '@orderloom/platform';
import type { CommandAnswer } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { CompanySettings } from '../configuration/company-settings.js';
import { listSettings, oneSetting, settingVersions } from '../configuration/setting-view.js';
import { isCurrency } from '../order/money.js';
import type { ReturnPolicy } from './return-policy.js';
import { PolicyBody } from './returns.dto.js';

/** When goods may come back, by product. The one named `default` holds for products no other names. */
@ApiTags('returns')
@Needs('returns:read')
@Controller('api/return-policies')
export class ReturnPoliciesController {
  constructor(private readonly settings: CompanySettings) {}

  @Get()
  @ApiOperation({ summary: 'Return policies' })
  list(): Promise<object> {
    return listSettings(this.settings.returnPolicies);
  }

  @Get(':name')
  @ApiOperation({ summary: 'One return policy' })
  one(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return oneSetting(this.settings.returnPolicies, name, reply);
  }

  @Get(':name/versions')
  @ApiOperation({ summary: 'Every version of a return policy' })
  versions(@Param('name') name: string): Promise<object> {
    return settingVersions(this.settings.returnPolicies, name);
  }

  @Needs('policies:edit')
  @Put(':name')
  @ApiOperation({ summary: 'Write a return policy; a new version when it exists' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  set(
    @Param('name') name: string,
    @Body() body: PolicyBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const problems: FieldProblem[] = [];
    if (!/^[a-z][a-z0-9-]{0,49}$/.test(name)) problems.push({ path: 'name', code: 'PATTERN_MISMATCH' });
    for (const [currency, amount] of Object.entries(body.keepBelow ?? {})) {
      if (!isCurrency(currency)) problems.push({ path: `keepBelow.${currency}`, code: 'NOT_A_CURRENCY' });
      if (!Number.isSafeInteger(amount)) problems.push({ path: `keepBelow.${currency}`, code: 'NOT_AN_INTEGER' });
    }
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    // Plain data is stored, no instance of a class.
    const policy = JSON.parse(JSON.stringify({ ...body, skus: body.skus ?? [] })) as ReturnPolicy;
    return this.settings.returnPolicies.set(name, policy, { context, dryRun, reply });
  }

  @Needs('policies:edit')
  @Delete(':name')
  @ApiOperation({ summary: 'Take a return policy away' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  remove(
    @Param('name') name: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.settings.returnPolicies.remove(name, { context, dryRun, reply });
  }
}
