import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  Ctx,
  DryRun,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  Needs,
  newId,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { approveHold, assignHold, type Correction, rejectHold } from '../../order/decide-holds.js';
import { askCustomer, nextQuestionId, noteOrder, tagOrder } from '../../order/decide-questions.js';
import type { Address, OrderEvent } from '../../order/events.js';
import type { Order } from '../../order/order.js';
import { placeHold } from '../../order/place-hold.js';
import { mustExist } from '../../order/refusals.js';
import { OrderRepository } from '../../order.repository.js';
import { runCommand } from '../../order-commands.js';
import { AnswerLinks } from './answer-links.js';
import {
  type AddressBody,
  ApproveHoldBody,
  AskBody,
  AssignHoldBody,
  NoteBody,
  PlaceHoldBody,
  RejectHoldBody,
  TagsBody,
} from './holds.api.js';
import { keyOf } from './key-of-order.js';
import { ANSWERS } from './questions.js';
import { deciderOf, mustBeTheirs } from './whose-hold.js';

const later = (now: string, minutes: number): string => new Date(Date.parse(now) + minutes * 60_000).toISOString();

/** What every command of the desk comes with. */
interface Asked {
  context: RequestContext;
  ifMatch: bigint | undefined;
  dryRun: boolean;
  reply: FastifyReply;
}

/** Holds of an order: place, take on, pass on, decide; ask its customer; notes and labels. */
@ApiTags('order desk')
@ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
@ApiQuery({ name: 'dryRun', required: false, type: Boolean })
@ApiResponse({ status: 409, description: 'Not possible now; the code says why.' })
@ApiResponse({ status: 403, description: 'A permission is missing, or the hold waits for another role.' })
@Needs('orders:review', { limited: true })
@Controller('api/orders/:id')
export class HoldsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly vault: Vault,
    private readonly links: AnswerLinks,
  ) {}

  @Post('holds')
  @HttpCode(200)
  @ApiOperation({ summary: 'Keep an order, or one line, from going on until somebody has decided' })
  place(
    @Param('id') id: string,
    @Body() body: PlaceHoldBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { minutes, blocks = ['RELEASE'], ...hold } = body;
    const { now, actor } = context;
    const command = { ...hold, blocks, deadline: later(now, minutes), inputs: { placedBy: actor }, now };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => placeHold(command, order));
  }

  @Post('holds/:holdId/claim')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a hold on: nobody else then works on it' })
  claim(
    @Param('id') id: string,
    @Param('holdId') holdId: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { holdId, owner: context.actor, reason: 'CLAIMED', now: context.now } as const;
    return this.#decide(id, holdId, { context, ifMatch, dryRun, reply }, (order) => assignHold(command, order));
  }

  @Post('holds/:holdId/assign')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a hold to a role or person, or give it back, also with another deadline' })
  assign(
    @Param('id') id: string,
    @Param('holdId') holdId: string,
    @Body() body: AssignHoldBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { delegated, owner, deadline, ...rest } = body;
    const reason = delegated ? 'DELEGATED' : owner === undefined ? 'RETURNED' : 'ASSIGNED';
    const time = deadline === undefined ? {} : { deadline: new Date(deadline).toISOString() };
    const command = { ...rest, ...time, holdId, owner: owner ?? null, reason, now: context.now } as const;
    return this.#decide(id, holdId, { context, ifMatch, dryRun, reply }, (order) => assignHold(command, order));
  }

  @Post('holds/:holdId/approve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Approve: the order goes on once every level has; with `shipTo` to the corrected address' })
  async approve(
    @Param('id') id: string,
    @Param('holdId') holdId: string,
    @Body() body: ApproveHoldBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { shipTo, ...rest } = body;
    const correction = shipTo === undefined ? {} : { correction: await this.#correction(id, shipTo) };
    const command = { ...rest, ...correction, holdId, by: context.actor, now: context.now };
    const decide = (order: Order) => approveHold(command, order);
    return this.#decide(id, holdId, { context, ifMatch, dryRun, reply }, decide, body.level);
  }

  @Post('holds/:holdId/reject')
  @HttpCode(200)
  @ApiOperation({ summary: 'Reject: the order is not accepted and ends; what was paid goes back' })
  reject(
    @Param('id') id: string,
    @Param('holdId') holdId: string,
    @Body() body: RejectHoldBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { ...body, holdId, now: context.now };
    return this.#decide(id, holdId, { context, ifMatch, dryRun, reply }, (order) => rejectHold(command, order));
  }

  @Post('holds/:holdId/ask')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask the customer, with answers to choose from by a signed link' })
  async ask(
    @Param('id') id: string,
    @Param('holdId') holdId: string,
    @Body() { question, message, hours }: AskBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { now } = context;
    const { state } = await this.orders.load(id);
    mustExist(state);
    const expiresAt = later(now, hours * 60);
    const url = this.links.urlOf(this.links.tokenOf({ orderId: id, questionId: nextQuestionId(state) }, expiresAt));
    const content = await this.vault.seal(await keyOf(this.vault, state), {
      url,
      ...(message === undefined ? {} : { message }),
    });
    const command = { holdId, question, answers: ANSWERS[question], content, expiresAt, now };
    // The link names the question's id, which counts the questions: only where nobody asked meanwhile is it right.
    const asked = state.questions.length;
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) =>
      order.questions.length === asked ? askCustomer(command, order) : [],
    );
  }

  @Needs('orders:handle', { limited: true })
  @Post('notes')
  @HttpCode(200)
  @ApiOperation({ summary: 'Write a note for the desk; kept sealed' })
  async note(
    @Param('id') id: string,
    @Body() { text, holdId }: NoteBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state } = await this.orders.load(id);
    mustExist(state);
    const noteId = key === undefined ? newId() : idFromKey('order-note', id, key);
    const sealed = await this.vault.seal(await keyOf(this.vault, state), text);
    const command = { noteId, text: sealed, now: context.now, ...(holdId === undefined ? {} : { holdId }) };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => noteOrder(command, order));
  }

  @Needs('orders:handle', { limited: true })
  @Post('tags')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add and take off labels' })
  tag(
    @Param('id') id: string,
    @Body() { add = [], remove = [] }: TagsBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { add, remove, now: context.now };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => tagOrder(command, order));
  }

  async #correction(id: string, address: AddressBody): Promise<Correction> {
    const { state } = await this.orders.load(id);
    mustExist(state);
    const sealed = await this.vault.seal<Address>(await keyOf(this.vault, state), address);
    return { shipTo: { country: address.country, address: sealed } };
  }

  /** A command of those only whose hold it is. */
  #decide(
    id: string,
    holdId: string,
    asked: Asked,
    decide: (order: Order) => OrderEvent[],
    level?: number,
  ): Promise<object> {
    const decider = deciderOf(asked.context);
    return this.#run(id, asked, (order) => {
      mustBeTheirs(order, holdId, decider, level);
      return decide(order);
    });
  }

  #run(id: string, asked: Asked, decide: (order: Order) => OrderEvent[]): Promise<object> {
    return runCommand(this.orders, { id, ...asked }, decide);
  }
}
