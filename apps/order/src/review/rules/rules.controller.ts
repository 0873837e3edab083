import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AT_DEADLINE,
  type AtDeadline,
  type FieldProblem,
  HOLD_STEPS,
  HOLD_TYPES,
  type HoldStep,
  type HoldType,
  Refused,
} from '@orderloom/contracts';
import { Clock, Ctx, DryRun, etagOf, Field, IfMatch, Needs, newId, type RequestContext } from '@orderloom/platform';
import { type CommandAnswer, possibleAction, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { OrderList } from '../../views/order-list.js';
import { FACTS } from '../checks/run-checks.js';
import { LevelBody } from '../desk/holds.api.js';
import { DeskBooks, RULES } from '../desk-books.js';
import { BACK_TEST, placedBetween } from '../jobs/back-test.js';
import { DeskJobs, jobView } from '../jobs/desk-jobs.js';
import { type ConditionProblem, OPERATORS, parseConditions } from './conditions.js';
import { disableRule, draftRule, publishRule, type RuleBook } from './decide-rules.js';
import { publishedOf, type RuleEvent, type RuleHistory, type Trigger } from './rule.js';

const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const RULE_ID = /^[a-z][a-z0-9-]{1,63}$/;
const TRIGGERS: readonly Trigger[] = ['submit', 'amend', 'sweep'];

class ActionBody {
  @Field.oneOf(['pass', 'hold', 'reject'], { description: '`pass`: no rule of lower priority is asked.' })
  do!: 'pass' | 'hold' | 'reject';
  @Field.oneOf(HOLD_TYPES, { optional: true }) type?: HoldType;
  @Field.strings({ optional: true, max: 6, values: HOLD_STEPS, description: 'CONFIRM when absent.' })
  blocks?: HoldStep[];
  @Field.string({ optional: true, max: 64, pattern: CODE, description: "The rule's id when absent." }) reason?: string;
  @Field.string({ optional: true, max: 100, description: 'Role that decides.' }) ownerRole?: string;
  @Field.string({ optional: true, max: 100, description: 'Person that decides.' }) owner?: string;
  @Field.integer({ optional: true, min: 0, max: 525_600, description: 'Time to decide; a day when absent.' })
  minutes?: number;
  @Field.oneOf(AT_DEADLINE, { optional: true, description: 'What happens by itself then: WAIT when absent.' })
  atDeadline?: AtDeadline;
  @Field.string({ optional: true, max: 100 }) escalateTo?: string;
  @Field.list(() => LevelBody, { optional: true, min: 1, max: 5, description: 'Approvals it needs, in this order.' })
  levels?: LevelBody[];
  @Field.boolean({ optional: true, description: 'Every level is another person.' }) fourEyes?: boolean;
}

class RuleContent {
  @Field.string({ max: 200 }) name!: string;
  @Field.strings({ optional: true, max: 3, values: TRIGGERS, description: 'submit and amend when absent.' })
  triggers?: Trigger[];
  @Field.integer({ default: 100, min: 1, max: 1000, description: 'Higher is asked first.' }) priority!: number;
  @Field.record({
    description: 'In the form of json-rules-engine; `GET /api/rules/facts` lists what they may speak of.',
  })
  conditions!: Record<string, unknown>;
  @Field.object(() => ActionBody) action!: ActionBody;
}

class NewRule extends RuleContent {
  @Field.string({ max: 64, pattern: RULE_ID, description: 'Lower case with hyphens.' }) id!: string;
}

class PublishBody {
  @Field.integer({ optional: true, min: 1, description: 'The newest when absent.' }) version?: number;
}

class BackTestBody {
  @Field.integer({ default: 30, min: 1, max: 3650, description: 'Orders placed within so many days.' }) days!: number;
  @Field.integer({ optional: true, min: 1, description: 'The newest when absent.' }) version?: number;
}

/** Rules as data: drafted, tried on the past, published, disabled; every version is kept. */
@ApiTags('rules')
@Needs('policies:read')
@Controller('api/rules')
export class RulesController {
  constructor(
    private readonly books: DeskBooks,
    private readonly jobs: DeskJobs,
    private readonly list: OrderList,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Every rule with the version that applies, in the order in which they are asked' })
  async all(@Ctx() { locale }: RequestContext): Promise<object> {
    const { state, revision } = await this.books.rules.load(RULES);
    const items = [...state.rules.values()]
      .map((history) => this.#view(history, state, locale))
      .sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));
    return { items, revision: revision.toString() };
  }

  @Get('facts')
  @ApiOperation({ summary: 'What conditions may speak of, and how they may compare' })
  facts(): object {
    return { facts: Object.entries(FACTS).map(([name, type]) => ({ name, type })), operators: OPERATORS };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One rule with all its versions' })
  async one(
    @Param('id') id: string,
    @Ctx() { locale }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state, revision } = await this.books.rules.load(RULES);
    const history = this.#history(state, id);
    void reply.header('etag', etagOf(revision));
    return { ...this.#view(history, state, locale), versions: history.versions };
  }

  @Needs('policies:edit')
  @Post()
  @ApiOperation({ summary: 'Draft a new rule; it applies once it is published' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  create(
    @Body() { id, ...content }: NewRule,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { rule: contentOf(id, content), isNew: true, now: context.now };
    return this.#run(id, { context, dryRun, reply }, (book) => draftRule(command, book));
  }

  @Needs('policies:edit')
  @Post(':id/versions')
  @ApiOperation({ summary: 'Draft the next version of a rule' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the rules as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  draft(
    @Param('id') id: string,
    @Body() content: RuleContent,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { rule: contentOf(id, content), isNew: false, now: context.now };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (book) => draftRule(command, book));
  }

  @Needs('policies:edit')
  @Post(':id/publish')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a version apply, also an older one again' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the rules as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async publish(
    @Param('id') id: string,
    @Body() { version }: PublishBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { ruleId: id, now: context.now, ...(version === undefined ? {} : { version }) };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (book) => publishRule(command, book));
  }

  @Needs('policies:edit')
  @Post(':id/disable')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a rule apply no longer; what it held stays held' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the rules as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  disable(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { ruleId: id, now: context.now };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (book) => disableRule(command, book));
  }

  @Needs('policies:edit')
  @Post(':id/back-test')
  @HttpCode(202)
  @ApiOperation({ summary: 'What a rule would have done to the orders of the last days: a job' })
  @ApiResponse({ status: 202, description: 'Its progress and results are at `/api/review/jobs/{id}`.' })
  async backTest(
    @Param('id') id: string,
    @Body() { days, version }: BackTestBody,
    @Ctx() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state } = await this.books.rules.load(RULES);
    const history = this.#history(state, id);
    const wanted = version ?? history.versions.at(-1)?.version ?? 1;
    if (!history.versions.some((rule) => rule.version === wanted)) {
      throw new Refused('RULE_VERSION_NOT_FOUND', { ruleId: id, version: wanted });
    }
    const to = context.now;
    const from = new Date(this.clock.millis() - days * 86_400_000).toISOString();
    const job = await this.jobs.start({
      _id: newId(),
      kind: BACK_TEST,
      input: { ruleId: id, version: wanted, days, from, to },
      total: await this.list.documents().countDocuments(placedBetween(from, to)),
      actor: context.actor,
      correlationId: context.correlationId,
    });
    void reply.header('location', `/api/review/jobs/${job._id}`);
    return jobView(job);
  }

  #history(state: RuleBook, ruleId: string): RuleHistory {
    const history = state.rules.get(ruleId);
    if (history === undefined) throw new Refused('RULE_NOT_FOUND', { ruleId });
    return history;
  }

  #view(history: RuleHistory, book: RuleBook, locale: RequestContext['locale']) {
    const { ruleId, versions, published, changedAt, shipped } = history;
    const shown = publishedOf(history) ?? versions.at(-1);
    const now = this.clock.now();
    return {
      id: ruleId,
      name: shown?.name ?? ruleId,
      priority: shown?.priority ?? 0,
      triggers: shown?.triggers ?? [],
      conditions: shown?.conditions ?? {},
      action: shown?.action ?? null,
      published,
      newest: versions.at(-1)?.version ?? null,
      shipped,
      changedAt,
      actions: [
        possibleAction('publish', locale, () => publishRule({ ruleId, now }, book)),
        possibleAction('disable', locale, () => disableRule({ ruleId, now }, book)),
      ],
    };
  }

  async #run(
    id: string,
    request: { context: RequestContext; ifMatch?: bigint | undefined; dryRun: boolean; reply: FastifyReply },
    decide: (book: RuleBook) => readonly RuleEvent[],
  ): Promise<CommandAnswer> {
    const { locale } = request.context;
    const show = (book: RuleBook) => {
      const history = book.rules.get(id);
      return history === undefined ? null : this.#view(history, book, locale);
    };
    const answer = await runCommand(this.books.rules, RULES, decide, request, show);
    // What was published here applies here at once.
    if (!request.dryRun) await this.books.refresh();
    return { ...answer, id };
  }
}

/** @throws Refused VALIDATION_FAILED with everything that is wrong with conditions and action */
const contentOf = (ruleId: string, { name, triggers, priority, conditions, action }: RuleContent) => {
  const found: ConditionProblem[] = [];
  const parsed = parseConditions(conditions, found);
  const problems: FieldProblem[] = [...found];
  if (action.do !== 'pass' && action.type === undefined) {
    problems.push({
      path: 'action.type',
      code: 'RULE_ACTION_INVALID',
      details: { action: action.do, missing: 'type' },
    });
  }
  if (action.atDeadline === 'ESCALATE' && action.escalateTo === undefined) {
    const details = { action: 'ESCALATE', missing: 'escalateTo' };
    problems.push({ path: 'action.escalateTo', code: 'RULE_ACTION_INVALID', details });
  }
  if (problems.length > 0 || parsed === null) throw new Refused('VALIDATION_FAILED', {}, problems);
  return {
    ruleId,
    name,
    triggers: triggers ?? (['submit', 'amend'] as Trigger[]),
    priority,
    conditions: parsed as unknown as Record<string, unknown>,
    action,
  };
};
