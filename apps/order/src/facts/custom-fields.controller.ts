import { Body, Controller, Delete, Get, Param, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Field, Needs, type RequestContext } from '@orderloom/platform';
import type { CommandAnswer } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { CompanySettings } from '../configuration/company-settings.js';
import { listSettings, oneSetting } from '../configuration/setting-view.js';
import { type CustomField, FIELD_TYPES, type FieldType } from './custom-fields.js';

class FieldLabels {
  @Field.string({ max: 100 }) en!: string;
  @Field.string({ max: 100 }) 'zh-CN'!: string;
}

class CustomFieldBody {
  @Field.object(() => FieldLabels) label!: FieldLabels;
  @Field.oneOf(FIELD_TYPES) type!: FieldType;
  @Field.strings({ optional: true, max: 200, description: 'For `choice`.' }) choices?: string[];
  @Field.strings({ optional: true, max: 100, description: 'Channels whose orders must have it; `*`: all.' })
  requiredFor?: string[];
  @Field.number({ description: 'Least, for numbers.', min: -1e15, max: 1e15, optional: true }) min?: number;
  @Field.number({ description: 'Most, for numbers.', min: -1e15, max: 1e15, optional: true }) max?: number;
  @Field.integer({ optional: true, min: 1, max: 1000, description: 'For texts.' }) maxLength?: number;
}

/** Fields that a company adds to its orders. Values lie in the clear, so they are no place for personal data. */
@ApiTags('facts')
@Needs('policies:read')
@Controller('api/custom-fields')
export class CustomFieldsController {
  constructor(private readonly settings: CompanySettings) {}

  @Get()
  @ApiOperation({ summary: 'Fields the company has defined for its orders' })
  list(): Promise<object> {
    return listSettings(this.settings.customFields);
  }

  @Get(':key')
  @ApiOperation({ summary: 'One field' })
  one(@Param('key') key: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return oneSetting(this.settings.customFields, key, reply);
  }

  @Needs('policies:edit')
  @Put(':key')
  @ApiOperation({ summary: 'Define a field; its type stays what it was' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async set(
    @Param('key') key: string,
    @Body() body: CustomFieldBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const problems: FieldProblem[] = [];
    if (!/^[a-z][A-Za-z0-9_]{0,49}$/.test(key)) problems.push({ path: 'key', code: 'PATTERN_MISMATCH' });
    if (body.type === 'choice' && (body.choices ?? []).length === 0) {
      problems.push({ path: 'choices', code: 'TOO_FEW', details: { min: 1 } });
    }
    if (body.min !== undefined && body.max !== undefined && body.min > body.max) {
      problems.push({ path: 'max', code: 'TOO_SMALL', details: { min: body.min } });
    }
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    const before = (await this.settings.customFields.versions(key)).at(-1);
    if (before !== undefined && before.value.type !== body.type) throw new Refused('CUSTOM_FIELD_TYPE_FIXED', { key });
    // Plain data is stored, no instance of a class.
    const field = JSON.parse(JSON.stringify(body)) as CustomField;
    return this.settings.customFields.set(key, field, { context, dryRun, reply });
  }

  @Needs('policies:edit')
  @Delete(':key')
  @ApiOperation({ summary: 'Take a field away; values that orders have stay readable' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  remove(
    @Param('key') key: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.settings.customFields.remove(key, { context, dryRun, reply });
  }
}
