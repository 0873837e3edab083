import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  decodeCursor,
  Field,
  IfMatch,
  Needs,
  type Page,
  Public,
  pageOf,
  type RequestContext,
} from '@orderloom/platform';
import { CommandAnswer, type CommandRequest, PageQuery, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { SignedLinks } from '../links/signed-links.js';
import { SourcingRepository } from '../repositories.js';
import type { Sourcing } from '../sourcing/sourcing.js';
import { type Answer, answerShortage, isShort, prioritise } from './decide-shortage.js';
import { ShortageBook } from './shortage-book.js';

const PURPOSE = 'shortage';
const SORT = 'answerBy';

class AnsweredLineBody {
  @Field.string({ max: 20, example: 'L1' }) lineId!: string;
  @Field.oneOf(['WAIT', 'SUBSTITUTE', 'PART_DELIVERY', 'CANCEL']) answer!: Answer;
  @Field.string({ optional: true, max: 100, description: 'With SUBSTITUTE: one of those offered.' })
  substitute?: string;
}

class AnswerBody {
  @Field.list(() => AnsweredLineBody, { max: 500, description: 'Lines left out wait.' }) answers!: AnsweredLineBody[];
  @Field.string({ optional: true, max: 2000 }) note?: string;
}

class PriorityBody {
  @Field.integer({
    min: 0,
    max: 100,
    description: 'Higher gets goods first, where the product is released by priority.',
  })
  priority!: number;
  @Field.string({ max: 500 }) reason!: string;
}

/** The question as the one sees it who may answer: what is not there, and what may be chosen. */
const questionOf = (state: Sourcing): object | null => {
  const { shortage } = state;
  if (!shortage || !isShort(state)) return null;
  const open = new Map(state.open.map((line) => [line.lineId, line.quantity]));
  return {
    shortageId: shortage.shortageId,
    answerBy: shortage.answerBy,
    options: shortage.options,
    lines: shortage.lines.flatMap((line) => {
      const quantity = open.get(line.lineId);
      return quantity === undefined ? [] : [{ ...line, quantity }];
    }),
  };
};

const show = (state: Sourcing): unknown => ({
  status: state.status,
  priority: state.priority,
  waitingFor: state.status === 'DECIDED' ? state.open : [],
  question: questionOf(state),
  answers: Object.values(state.answers),
});

@ApiTags('sourcing')
@Needs('stock:read')
@Controller('api/sourcing')
export class ShortagesController {
  constructor(
    private readonly sourcing: SourcingRepository,
    private readonly book: ShortageBook,
    private readonly links: SignedLinks,
  ) {}

  @Get('shortages')
  @ApiOperation({ summary: 'Orders for which somebody may choose what happens to units that are not there' })
  async list(@Query() { cursor, limit }: PageQuery): Promise<Page<object>> {
    const [answerBy, id] = cursor === undefined ? [] : decodeCursor(SORT, 2, cursor);
    const after = cursor === undefined ? undefined : { answerBy: String(answerBy), _id: String(id) };
    const found = await this.book.list(limit + 1, after);
    const page = pageOf(found, limit, SORT, (one) => [one.answerBy, one._id]);
    return { ...page, items: page.items.map(({ _id, ...one }) => one) };
  }

  @Get(':orderId/shortage')
  @ApiOperation({ summary: 'What may be chosen for an order, and what was' })
  async one(@Param('orderId') orderId: string): Promise<unknown> {
    const { state } = await this.sourcing.load(orderId);
    if (state.status === 'NONE') throw new Refused('SOURCING_NOT_FOUND', { orderId });
    return { orderId, ...(show(state) as object) };
  }

  @Needs('orders:handle')
  @Post(':orderId/shortage/answer')
  @HttpCode(200)
  @ApiOperation({ summary: 'Choose: substitute, wait, part delivery or cancel; it is carried out' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'Revision of the sourcing as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  answer(
    @Param('orderId') orderId: string,
    @Body() body: AnswerBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return answer(this.sourcing, orderId, body, 'desk', { context, ifMatch, dryRun, reply });
  }

  @Needs('orders:handle')
  @Post(':orderId/shortage/link')
  @HttpCode(200)
  @ApiOperation({ summary: 'A link for the customer to choose without signing in; it ends with the question' })
  async link(@Param('orderId') orderId: string, @Ctx() { now }: RequestContext): Promise<object> {
    const { state } = await this.sourcing.load(orderId);
    if (!state.shortage || !isShort(state)) throw new Refused('SHORTAGE_NOT_OPEN', { orderId });
    const seconds = Math.max(60, Math.floor((Date.parse(state.shortage.answerBy) - Date.parse(now)) / 1000));
    const { token, until } = this.links.issue(PURPOSE, orderId, seconds);
    return { path: `/api/shortages/${token}`, token, until };
  }

  @Needs('sourcing:decide')
  @Put(':orderId/priority')
  @ApiOperation({ summary: 'Let an order that waits get arriving goods before others, or after them' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  prioritise(
    @Param('orderId') orderId: string,
    @Body() body: PriorityBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const decide = (state: Sourcing) => prioritise({ orderId, ...body }, state);
    return runCommand(this.sourcing, orderId, decide, { context, dryRun, reply }, show);
  }
}

/** Needs no sign-in: the signed link in the address says which order, and until when. */
@ApiTags('sourcing')
@Public()
@Controller('api/shortages')
export class CustomerShortageController {
  constructor(
    private readonly sourcing: SourcingRepository,
    private readonly links: SignedLinks,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'What the customer may choose' })
  async one(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { state } = await this.sourcing.load(this.links.open(PURPOSE, token));
    void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
    return { question: questionOf(state), answers: Object.values(state.answers) };
  }

  @Post(':token/answer')
  @HttpCode(200)
  @ApiOperation({ summary: 'The choice of the customer; it is carried out' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  answer(
    @Param('token') token: string,
    @Body() body: AnswerBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const orderId = this.links.open(PURPOSE, token);
    const request = { context: { ...context, actor: 'customer' }, dryRun, reply };
    return answer(this.sourcing, orderId, body, 'customer', request);
  }
}

const answer = (
  sourcing: SourcingRepository,
  orderId: string,
  { answers, note }: AnswerBody,
  by: 'desk' | 'customer',
  request: CommandRequest,
): Promise<CommandAnswer> => {
  const command = { orderId, answers, by, note, now: request.context.now };
  return runCommand(sourcing, orderId, (state) => answerShortage(command, state), request, show);
};
