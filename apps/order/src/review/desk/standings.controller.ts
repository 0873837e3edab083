import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Field, Needs, type RequestContext } from '@orderloom/platform';
import { type CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { DeskBooks, STANDINGS } from '../desk-books.js';
import { AREA, allStandings, type StandingKind, setStanding, standingOf } from '../standings.js';

class LimitBody {
  @Field.integer({ min: 0, description: 'Minor units.' }) amount!: number;
  @Field.currency() currency!: string;
}

class StandingBody {
  @Field.string({
    optional: true,
    max: 500,
    description: 'Why nothing is sold to the customer, or delivered to the area; absent: not blocked.',
  })
  blocked?: string;
  @Field.string({ optional: true, max: 50, description: 'Class of customers that rules may speak of.' }) class?: string;
  @Field.object(() => LimitBody, { optional: true, description: 'Most the customer may owe.' }) creditLimit?: LimitBody;
  @Field.number({ optional: true, min: 0, max: 1, description: 'Most a seller may take off, as a fraction.' })
  discountLimit?: number;
}

const kindOf = (kind: string): StandingKind => {
  if (kind === 'customer' || kind === 'seller' || kind === 'area') return kind;
  throw new Refused('VALIDATION_FAILED', {}, [
    { path: 'kind', code: 'NOT_ONE_OF', details: { allowed: ['customer', 'seller', 'area'] } },
  ]);
};

/** An area has a name that addresses can be found by, and can only be served or not. @throws Refused VALIDATION_FAILED */
const mustBeArea = (id: string, standing: object): void => {
  const problems: FieldProblem[] = Object.keys(standing).flatMap((path) =>
    path === 'blocked' ? [] : [{ path, code: 'UNKNOWN_FIELD' as const }],
  );
  if (!AREA.test(id)) problems.unshift({ path: 'id', code: 'AREA_INVALID' });
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
};

/** What the company allows customers and sellers, and where it delivers. */
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
  @ApiOperation({
    summary: 'Block a customer, set a credit limit, a class, what a seller may take off, or an area as not served',
  })
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
    if (whose === 'area') mustBeArea(id, standing);
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
