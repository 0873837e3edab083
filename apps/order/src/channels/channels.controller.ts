import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Locale, Refused, text } from '@orderloom/contracts';
import { Ctx, DryRun, etagOf, Needs, type RequestContext } from '@orderloom/platform';
import type { CommandAnswer } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { CompanySettings } from '../configuration/company-settings.js';
import { listSettings, oneSetting, SettingView, settingVersions } from '../configuration/setting-view.js';
import { orderSummary } from '../views/order-view.js';
import type { Channel } from './channel.js';
import { parseChannel } from './parse-channel.js';
import { TakeIn, type TakenIn } from './take-in.js';

const channelBody = {
  schema: {
    type: 'object' as const,
    required: ['kind'],
    properties: {
      title: { type: 'string' as const },
      kind: {
        type: 'string' as const,
        enum: ['shop', 'phone', 'email', 'social', 'store', 'marketplace', 'import', 'api'],
      },
      open: { type: 'boolean' as const, default: true },
      adapter: { type: 'string' as const, description: 'How messages are read; our own shape when left out.' },
      fulfilledBy: { type: 'string' as const, enum: ['us', 'channel'], default: 'us' },
      currency: { type: 'string' as const },
      country: { type: 'string' as const },
      paymentTerms: { type: 'string' as const, enum: ['prepaid', 'invoice', 'cod'] },
      locale: { type: 'string' as const, enum: ['zh-CN', 'en'] },
      skus: { type: 'object' as const, description: "The channel's names of products → ours." },
      numbering: {
        type: 'object' as const,
        properties: {
          kind: { type: 'string' as const, enum: ['external', 'readable', 'sequence'] },
          pattern: { type: 'string' as const, example: 'SO-{year}-{number}' },
          digits: { type: 'integer' as const, default: 6 },
          reset: { type: 'string' as const, enum: ['never', 'year', 'month', 'day'] },
        },
      },
    },
    example: { title: 'Web shop', kind: 'shop', adapter: 'shopify', numbering: { kind: 'sequence' } },
  },
};

@ApiTags('channels')
@Needs('policies:read')
@Controller('api/channels')
export class ChannelsController {
  constructor(
    private readonly settings: CompanySettings,
    private readonly intake: TakeIn,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The ways by which orders come in' })
  list(): Promise<object> {
    return listSettings(this.settings.channels);
  }

  @Get(':name')
  @ApiOperation({ summary: 'One channel' })
  @ApiResponse({ status: 200, type: SettingView })
  one(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return oneSetting(this.settings.channels, name, reply);
  }

  @Get(':name/versions')
  @ApiOperation({ summary: 'Every version of a channel' })
  versions(@Param('name') name: string): Promise<object> {
    return settingVersions(this.settings.channels, name);
  }

  @Needs('policies:edit')
  @Put(':name')
  @ApiOperation({ summary: 'Set a channel up' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(channelBody)
  async set(
    @Param('name') name: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const adapters = await this.settings.adapters.all();
    const channel: Channel = parseChannel(name, body, (adapter) => adapters.has(adapter));
    return this.settings.channels.set(name, channel, { context, dryRun, reply });
  }

  @Needs('policies:edit')
  @Delete(':name')
  @ApiOperation({ summary: 'Take a channel away; its orders stay' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  remove(
    @Param('name') name: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.settings.channels.remove(name, { context, dryRun, reply });
  }

  /**
   * What a channel sends: one order or a list. Repeats and later states are followed, never placed again. A single
   * order that is refused is a problem; in a list each order has its own result.
   */
  @Needs('orders:place', { limited: true })
  @Post(':name/orders')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take in orders in the shape of a channel' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean, description: 'Answers how the message is read.' })
  @ApiBody({ schema: { type: 'object', description: "The channel's own message; see its adapter." } })
  @ApiResponse({ status: 201, description: 'A new order was placed.' })
  @ApiResponse({ status: 200, description: 'Followed, unchanged, waiting or set aside; or the results of a list.' })
  async take(
    @Param('name') name: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (dryRun) {
      const messages = await this.intake.read(name, body);
      return { dryRun: true, messages: messages.map((one) => ({ ...one, states: [...one.states] })) };
    }
    const { list, results } = await this.intake.take(name, body, context);
    if (list) return { results: results.map((result) => resultView(result, context.locale)) };
    const [only] = results;
    if (only === undefined) throw new Refused('VALIDATION_FAILED', {}, [{ path: '', code: 'ORDER_EMPTY' }]);
    if (only.refusal !== undefined) throw only.refusal;
    if (only.outcome === 'PLACED') reply.code(201);
    if (only.handled !== undefined) {
      reply.header('location', `/api/orders/${only.handled.state.orderId}`);
      reply.header('etag', etagOf(only.handled.revision));
    }
    return resultView(only, context.locale);
  }
}

const resultView = ({ externalNumber, outcome, handled, refusal }: TakenIn, locale: Locale): object => ({
  externalNumber,
  outcome,
  ...(handled === undefined ? {} : orderSummary(handled.state, handled.revision)),
  ...(refusal === undefined
    ? {}
    : {
        problem: {
          code: refusal.code,
          detail: text(refusal.code, locale, refusal.details),
          fields: refusal.fields?.map((field) => ({ ...field, detail: text(field.code, locale, field.details) })),
        },
      }),
});
