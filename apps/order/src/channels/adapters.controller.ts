import { Body, Controller, Delete, Get, Param, Put, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Needs, type RequestContext } from '@orderloom/platform';
import type { CommandAnswer } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { CompanySettings } from '../configuration/company-settings.js';
import { listSettings, oneSetting, SettingView, settingVersions } from '../configuration/setting-view.js';
import { parseAdapter } from './parse-adapter.js';
import { shippedAdapters } from './shipped/index.js';

@ApiTags('channels')
@Needs('policies:read')
@Controller('api/channel-adapters')
export class AdaptersController {
  constructor(private readonly settings: CompanySettings) {}

  @Get()
  @ApiOperation({ summary: 'How messages of channels are read' })
  list(): Promise<object> {
    return listSettings(this.settings.adapters);
  }

  @Get(':name')
  @ApiOperation({ summary: 'One adapter' })
  @ApiResponse({ status: 200, type: SettingView })
  one(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return oneSetting(this.settings.adapters, name, reply);
  }

  @Get(':name/versions')
  @ApiOperation({ summary: 'Every version of an adapter' })
  versions(@Param('name') name: string): Promise<object> {
    return settingVersions(this.settings.adapters, name);
  }

  @Needs('policies:edit')
  @Put(':name')
  @ApiOperation({ summary: 'Write an adapter; a new version when it exists' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['title', 'fields', 'lines'],
      example: {
        title: 'My marketplace',
        orders: 'data.orders',
        amounts: 'major',
        fields: {
          externalNumber: 'order_sn',
          currency: { value: 'CNY' },
          'shipTo.name': 'receiver.name',
          'shipTo.street': { join: ['receiver.district', 'receiver.address'] },
          orderedAt: { from: ['created'], zone: '+08:00' },
        },
        lines: { path: 'goods', fields: { sku: 'code', quantity: 'count', unitPrice: 'price' } },
        states: [{ path: 'status', map: { unpaid: 'WAIT', paid: 'PAID', sent: 'SHIPPED', closed: 'CANCELLED' } }],
      },
    },
  })
  set(
    @Param('name') name: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    if (!/^[a-z][a-z0-9-]{0,49}$/.test(name)) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'name', code: 'PATTERN_MISMATCH' }]);
    }
    return this.settings.adapters.set(name, parseAdapter(body), { context, dryRun, reply });
  }

  @Needs('policies:edit')
  @Delete(':name')
  @ApiOperation({ summary: 'Take an adapter away; one that ships with the product comes back into force' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async remove(
    @Param('name') name: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    if (shippedAdapters[name] === undefined) {
      const channels = [...(await this.settings.channels.all()).values()].filter((one) => one.value.adapter === name);
      if (channels.length > 0) throw new Refused('ADAPTER_IN_USE', { channels: channels.map((one) => one.name) });
    }
    return this.settings.adapters.remove(name, { context, dryRun, reply });
  }
}
