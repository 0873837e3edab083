import { Body, Controller, Get, HttpCode, Inject, Param, Post, type Type } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refused, type ServiceName } from '@orderloom/contracts';
import { Relay } from '@orderloom/event-sourcing';
import { type DeadLetter, KafkaClient } from '@orderloom/messaging';
import { Field } from '@orderloom/platform';
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
    async overview(): Promise<object> {
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

    @Post('projections/:name/rebuild')
    @HttpCode(202)
    @ApiOperation({
      summary: 'Build a read model anew from the log, beside the live one',
      description: 'Reads go on; the new one takes over when it has caught up. Progress: the overview.',
    })
    async rebuild(@Param('name') name: string): Promise<object> {
      const runner = this.projections.runners.get(name);
      if (!runner) throw new Refused('NOT_FOUND');
      const job = await runner.rebuild();
      job.done.catch(() => undefined); // its status says so
      return { name, status: job.status, ...job.progress };
    }

    @Get('dead-letters')
    @ApiOperation({ summary: 'Messages that could not be handled, and those that wait behind them' })
    async deadLetters(): Promise<{ items: DeadLetter[] }> {
      const letters = this.kafka.deadLetters();
      const lists = this.groups().flatMap(({ group, topics }) => topics.map((topic) => letters.list({ group, topic })));
      return { items: (await Promise.all(lists)).flat() };
    }

    @Post('dead-letters/replay')
    @HttpCode(202)
    @ApiOperation({ summary: 'Have messages handled again, in order per key' })
    async replay(@Body() body: DeadLettersBody): Promise<{ keys: number }> {
      return { keys: await this.kafka.deadLetters().replay(body) };
    }

    @Post('dead-letters/discard')
    @HttpCode(202)
    @ApiOperation({ summary: 'Give up the first dead message of a key; what waits behind it goes on' })
    async discard(@Body() { key, ...body }: DiscardBody): Promise<{ messages: number }> {
      if (key === undefined) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'key', code: 'REQUIRED' }]);
      return { messages: await this.kafka.deadLetters().discard({ ...body, key }) };
    }
  }
  return OperationsController;
}
