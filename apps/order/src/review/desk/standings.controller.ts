import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Field, Needs, type RequestContext } from '@orderloom/platform';
import { type CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { DeskBooks, STANDINGS } from '../desk-books.js';
import { allStandings, type StandingKind, setStanding, standingOf } from '../standings.js';

class LimitBody {
  @Field.integer({ min: 0, description: 'Minor units.' }) amount!: number;
  @Field.currency() currency!: string;
}

class StandingBody {
  @Field.string({ optional: true, max: 500, description: 'Why nothing is sold to the customer; absent: not blocked.' })
  blocked?: string;
  @Field.string({ optional: true, max: 50, description: 'Class of customers that rules may speak of.' }) class?: string;
  @Field.object(() => LimitBody, { optional: true, description: 'Most the customer may owe.' }) creditLimit?: LimitBody;
  @Field.number({ optional: true, min: 0, max: 1, description: 'Most a seller may take off, as a fraction.' })
  discountLimit?: number;
}

const kindOf = (kind: string): StandingKind => {
  if (kind === 'customer' || kind === 'seller') return kind;
  throw new Refused('VALIDATION_FAILED', {}, [
    { path: 'kind', code: 'NOT_ONE_OF', details: { allowed: ['customer', 'seller'] } },
  ]);
};

/** What the company allows customers and sellers. */
@ApiTags('rules')
@Needs('policies:read')
@Controller('api/standings')
export class StandingsController {
  constructor(private readonly books: DeskBooks) {}

  @Get()
  @ApiOperation({ summary: 'Everybody something was decided about' })
  async all(): Promise<object> {
    const { state } = await this.books.standings.load(STANDINGS);
    return { items: allStandings(state) };
  }

  @Needs('policies:edit')
  @Put(':kind/:id')
  @ApiOperation({ summary: 'Block a customer, set a credit limit, a class, or what a seller may take off' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async set(
    @Param('kind') kind: string,
    @Param('id') id: string,
    @Body() body: StandingBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const whose = kindOf(kind);
    const standing = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    const answer = await runCommand(
      this.books.standings,
      STANDINGS,
      (book) => setStanding({ kind: whose, id, standing, now: context.now }, book),
      { context, dryRun, reply },
      (book) => ({ kind, id, ...standingOf(book, whose, id) }),
    );
    if (!dryRun) await this.books.refresh();
    return { ...answer, id };
  }
}
