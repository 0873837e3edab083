import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { isRefused, Refused } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  Field,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  Needs,
  type RequestContext,
} from '@orderloom/platform';
import { contextFor } from '@orderloom/service';
import { LineQuantityBody } from '../fulfilment/fulfilment.dto.js';
import type { Fulfilment } from '../fulfilment/fulfilment.js';
import { showFulfilment } from '../fulfilment/work-on-fulfilments.js';
import { FulfilmentRepository } from '../repositories.js';
import { byLine, giveUpPart, split } from './decide-split.js';
import { Mergeable, type Suggestion } from './mergeable.js';
import { Regrouping } from './regrouping.js';

class PartBody {
  @Field.list(() => LineQuantityBody, { min: 1 }) lines!: LineQuantityBody[];
}

class SplitBody {
  @Field.list(() => PartBody, {
    optional: true,
    max: 200,
    description: 'One parcel each; a parcel per line when absent.',
  })
  parts?: PartBody[];
}

class MergeBody {
  @Field.strings({ min: 2, max: 50, description: 'Ids of fulfilment orders; the others go out with the first.' })
  ids!: string[];
}

/** Splits and merges what is to be sent, until work on it begins. Orders keep their numbers, money and invoices. */
@ApiTags('fulfilments')
@Needs('fulfilments:work')
@Controller('api/fulfilments')
export class RegroupController {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly regrouping: Regrouping,
    private readonly mergeable: Mergeable,
  ) {}

  @Needs('fulfilments:read')
  @Get('mergeable')
  @ApiOperation({ summary: 'Orders of one customer to one address that could go out in one parcel' })
  async suggestions(): Promise<{ items: Suggestion[] }> {
    return { items: await this.mergeable.suggestions() };
  }

  @Post('merge')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send several in one parcel' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Work has begun, or customer, address or location differ.' })
  async merge(@Body() { ids }: MergeBody, @Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<object> {
    const unique = [...new Set(ids)];
    await this.mergeable.check(unique);
    if (dryRun) return { dryRun: true, into: unique[0], ids: unique };
    await this.regrouping.merge(unique, contextFor({ context }));
    return this.#show(unique[0] ?? '');
  }

  @Post(':id/unmerge')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send it on its own again' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async unmerge(@Param('id') id: string, @Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<object> {
    if (dryRun) return { dryRun: true, events: await this.regrouping.wouldUnmerge(id, contextFor({ context })) };
    await this.regrouping.unmerge(id, contextFor({ context }));
    return this.#show(id);
  }

  @Post(':id/split')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send it in several parcels' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Split once per key.' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Work has begun.' })
  async split(
    @Param('id') id: string,
    @Body() { parts }: SplitBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    const splitId = idFromKey('split', id, key ?? context.correlationId);
    const wanted = parts?.map(({ lines }) => lines);
    const decide = (state: Fulfilment) =>
      split(id, { splitId, parts: wanted ?? byLine(state), at: context.now }, state);
    const command = contextFor({ context, ifMatch });
    if (dryRun) {
      const { events } = await this.fulfilments.preview(id, decide, command);
      return { dryRun: true, events: events.map(({ type, data }) => ({ type, data })) };
    }
    const done = await this.fulfilments.handle(id, decide, command);
    await this.regrouping.follow(done.events);
    return this.#show(id);
  }

  @Post(':id/rejoin')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take back the parts of a split on which nobody has begun to work' })
  @ApiResponse({ status: 409, description: 'Work on every part has begun.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async rejoin(@Param('id') id: string, @Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<object> {
    const { state } = await this.fulfilments.load(id);
    if (!state.facts) throw new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId: id });
    if (dryRun) return { dryRun: true, events: await this.#wouldRejoin(state, context) };
    const command = contextFor({ context });
    const outcomes = await this.fulfilments.handleMany(
      state.group.parts.map((part) => ({
        id: part.fulfilmentId,
        decide: (one) => giveUpPart(part.fulfilmentId, context.now, one),
        context: command,
      })),
    );
    for (const outcome of outcomes) if (outcome.ok) await this.regrouping.follow(outcome.value.events);
    // Those that are worked on stay parcels of their own; with none left to take back there is nothing to do.
    const refused = outcomes.find((outcome) => !outcome.ok);
    if (refused && !refused.ok && outcomes.every((outcome) => !outcome.ok)) throw refused.error;
    return this.#show(id);
  }

  /** What rejoining would record for each part. @throws Refused when no part can be taken back */
  async #wouldRejoin({ group }: Fulfilment, context: RequestContext): Promise<object[]> {
    const tried = await Promise.allSettled(
      group.parts.map(({ fulfilmentId }) =>
        this.fulfilments.preview(fulfilmentId, (one) => giveUpPart(fulfilmentId, context.now, one)),
      ),
    );
    const unexpected = tried.find((one) => one.status === 'rejected' && !isRefused(one.reason));
    const refused = unexpected ?? (tried.every(({ status }) => status === 'rejected') ? tried[0] : undefined);
    if (refused?.status === 'rejected') throw refused.reason;
    return tried.flatMap((one) =>
      one.status === 'fulfilled' ? one.value.events.map(({ type, data }) => ({ type, data })) : [],
    );
  }

  async #show(id: string): Promise<object> {
    const { state, revision } = await this.fulfilments.load(id);
    return { revision: revision.toString(), ...(showFulfilment(state) as object) };
  }
}
