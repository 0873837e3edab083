import { Body, Controller, Get, HttpCode, Inject, Param, Post, type Type } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refused, type ServiceName } from '@orderloom/contracts';
import { Relay } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import { Field, Needs } from '@orderloom/platform';
import { DeadLetterList, DiscardedMessages, Overview, RebuildView, ReplayedKeys } from './operations.api.js';
import { Projections } from './projections.js';

/** A consumer group and where it reads: what dead letters are kept by. */
export interface GroupOfTopics {
  readonly group: string;
  readonly topics: readonly string[];
}

/** Token of a function that names the service's consumer groups, once they are started. */
export const GROUPS = Symbol('orderloom.groups');

class DeadLettersBody {
  @Field.string({ description: 'Consumer group, e.g. `order.process`.' }) group!: string;
  @Field.string({ description: 'Topic the events came from, e.g. `inventory.v1`.' }) topic!: string;
  @Field.string({ optional: true, description: 'One stream id; every key when absent.' }) key?: string;
}

class DiscardBody extends DeadLettersBody {
  @Field.boolean({ default: false, description: 'All dead messages of the key instead of the first one.' })
  all!: boolean;
}

/** What the operator sees and does of a service's moving parts: lag, rebuilds, dead letters. */
export function operationsController(service: ServiceName): Type {
  @ApiTags('operations')
  @Needs('operations:read')
  @Controller(`api/operations/${service}`)
  class OperationsController {
    constructor(
      private readonly projections: Projections,
      private readonly kafka: KafkaClient,
      private readonly relay: Relay,
      @Inject(GROUPS) private readonly groups: () => readonly GroupOfTopics[],
    ) {}

    @Get()
    @ApiOperation({ summary: 'Relay, read models and consumer groups with their lag' })
    @ApiOkResponse({ type: Overview })
    async overview(): Promise<Overview> {
      const projections = [...this.projections.runners].map(async ([name, runner]) => ({
        name,
        lag: await runner.lag(),
        ...(runner.job ? { rebuild: { status: runner.job.status, ...runner.job.progress } } : {}),
      }));
      const groups = this.groups().map(async ({ group, topics }) => ({
        group,
        topics,
        lag: (await this.kafka.groupLag(group, topics)).total,
      }));
      return {
        service,
        relay: { lag: await this.relay.lag() },
        projections: await Promise.all(projections),
        groups: await Promise.all(groups),
      };
    }

    @Needs('operations:manage')
    @Post('projections/:name/rebuild')
    @HttpCode(202)
    @ApiOperation({
      summary: 'Build a read model anew from the log, beside the live one',
      description: 'Reads go on; the new one takes over when it has caught up. Progress: the overview.',
    })
    @ApiAcceptedResponse({ type: RebuildView })
    async rebuild(@Param('name') name: string): Promise<RebuildView> {
      const runner = this.projections.runners.get(name);
      if (!runner) throw new Refused('NOT_FOUND');
      const job = await runner.rebuild();
      job.done.catch(() => undefined); // its status says so
      return { name, status: job.status, ...job.progress };
    }

    @Get('dead-letters')
    @ApiOperation({ summary: 'Messages that could not be handled, and those that wait behind them' })
    @ApiOkResponse({ type: DeadLetterList })
    async deadLetters(): Promise<DeadLetterList> {
      const letters = this.kafka.deadLetters();
      const lists = this.groups().flatMap(({ group, topics }) => topics.map((topic) => letters.list({ group, topic })));
      return { items: (await Promise.all(lists)).flat() };
    }

    @Needs('operations:manage')
    @Post('dead-letters/replay')
    @HttpCode(202)
    @ApiOperation({ summary: 'Have messages handled again, in order per key' })
    @ApiAcceptedResponse({ type: ReplayedKeys })
    async replay(@Body() body: DeadLettersBody): Promise<ReplayedKeys> {
      this.checkGroup(body);
      return { keys: await this.kafka.deadLetters().replay(body) };
    }

    @Needs('operations:manage')
    @Post('dead-letters/discard')
    @HttpCode(202)
    @ApiOperation({ summary: 'Give up the first dead message of a key; what waits behind it goes on' })
    @ApiAcceptedResponse({ type: DiscardedMessages })
    async discard(@Body() { key, ...body }: DiscardBody): Promise<DiscardedMessages> {
      this.checkGroup(body);
      if (key === undefined) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'key', code: 'REQUIRED' }]);
      return { messages: await this.kafka.deadLetters().discard({ ...body, key }) };
    }

    /** A group or topic mistyped must not look like one without dead letters. */
    private checkGroup({ group, topic }: { group: string; topic: string }): void {
      const groups = this.groups();
      const own = groups.find((one) => one.group === group);
      if (own?.topics.includes(topic)) return;
      const allowed = own ? own.topics : groups.map((one) => one.group);
      throw new Refused('VALIDATION_FAILED', {}, [
        { path: own ? 'topic' : 'group', code: 'NOT_ONE_OF', details: { allowed } },
      ]);
    }
  }
  return OperationsController;
}
