import { Body, Controller, Delete, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, PRIORITIES, type Priority, Refused, type Sealed } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  Field,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  Needs,
  newId,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { CompanySettings } from '../configuration/company-settings.js';
import { FieldReader } from '../intake/field-reader.js';
import { MAX_TAGS, readCustom } from '../intake/parse-facts.js';
import { keyIdOf } from '../intake/seal-order.js';
import {
  addAttachment,
  changeFacts,
  raiseComplaint,
  removeAttachment,
  resolveComplaint,
  settleNews,
} from '../order/decide-facts.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { mustExist } from '../order/refusals.js';
import { OrderRepository } from '../order.repository.js';
import { runCommand } from '../order-commands.js';
import { checkCustom } from './custom-fields.js';

class FactsBody {
  @Field.strings({ optional: true, max: MAX_TAGS, maxLength: 100 }) addTags?: string[];
  @Field.strings({ optional: true, max: MAX_TAGS, maxLength: 100 }) removeTags?: string[];
  @Field.oneOf(PRIORITIES, { optional: true }) priority?: Priority;
  @Field.record({ optional: true, description: 'Company fields by key; null takes a value away.' })
  custom?: Record<string, unknown>;
}

class AttachmentBody {
  @Field.string({ max: 200 }) name!: string;
  @Field.string({ max: 2000, description: 'Link to the document (https).', example: 'https://files.example.org/1.pdf' })
  url!: string;
}

class ComplaintBody {
  @Field.string({ max: 50, pattern: /^[A-Z][A-Z0-9_]*$/, description: 'DAMAGED, LATE, WRONG_ITEM, SERVICE, …' })
  kind!: string;
  @Field.string({ max: 4000, optional: true }) text?: string;
  @Field.strings({ optional: true, max: 1000 }) lineIds?: string[];
  @Field.time({ optional: true, description: 'By when the customer should have an answer; two days when left out.' })
  dueAt?: string;
  @Field.string({ optional: true, max: 100 }) returnId?: string;
}

class ComplaintAnswerBody {
  @Field.oneOf(['APOLOGY', 'RETURN', 'REFUND', 'REPLACEMENT', 'REFUSED']) outcome!: string;
  @Field.string({ max: 4000, optional: true }) note?: string;
  @Field.string({ optional: true, max: 100 }) returnId?: string;
}

const ANSWER_WITHIN_MS = 2 * 86_400_000;
const isLink = (url: string): boolean => URL.canParse(url) && new URL(url).protocol === 'https:';

/** Facts that people attach to an order: labels, priority, company fields, documents, complaints. */
@ApiTags('facts')
@ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
@ApiQuery({ name: 'dryRun', required: false, type: Boolean })
@Needs('orders:handle', { limited: true })
@Controller('api/orders')
export class FactsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly settings: CompanySettings,
    private readonly vault: Vault,
  ) {}

  @Patch(':id/facts')
  @ApiOperation({ summary: 'Change labels, priority and company fields' })
  async facts(
    @Param('id') id: string,
    @Body() body: FactsBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const custom = readCustom(FieldReader.of(body, problems), true);
    if (custom !== undefined) checkCustom(await this.settings.customFields.all(), custom, problems);
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    const { addTags = [], removeTags = [], priority } = body;
    const command = {
      addTags: addTags.map((tag) => tag.trim()),
      removeTags: removeTags.map((tag) => tag.trim()),
      ...(priority === undefined ? {} : { priority }),
      ...(custom === undefined ? {} : { custom }),
      now: context.now,
    };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => changeFacts(command, order));
  }

  @Post(':id/attachments')
  @HttpCode(201)
  @ApiOperation({ summary: 'Attach a document by link' })
  async attach(
    @Param('id') id: string,
    @Body() body: AttachmentBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (!isLink(body.url)) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'url', code: 'NOT_A_LINK' }]);
    const attachmentId = key === undefined ? newId() : idFromKey(`attachment:${id}`, key);
    const link = await this.#seal(id, { name: body.name, url: body.url });
    const command = { attachmentId, link, occurredAt: context.now };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => addAttachment(command, order));
  }

  @Delete(':id/attachments/:attachmentId')
  @ApiOperation({ summary: 'Take a document away' })
  detach(
    @Param('id') id: string,
    @Param('attachmentId') attachmentId: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { attachmentId, occurredAt: context.now };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => removeAttachment(command, order));
  }

  @Post(':id/complaints')
  @HttpCode(201)
  @ApiOperation({ summary: 'Record a complaint of the customer' })
  async complain(
    @Param('id') id: string,
    @Body() body: ComplaintBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const complaintId = key === undefined ? newId() : idFromKey(`complaint:${id}`, key);
    const text = body.text === undefined ? undefined : await this.#seal(id, body.text);
    const due = body.dueAt ?? new Date(Date.parse(context.now) + ANSWER_WITHIN_MS).toISOString();
    const command = {
      complaintId,
      kind: body.kind,
      lineIds: [...new Set(body.lineIds)],
      ...(text === undefined ? {} : { text }),
      ...(body.returnId === undefined ? {} : { returnId: body.returnId }),
      dueAt: new Date(due).toISOString(),
      occurredAt: context.now,
    };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => raiseComplaint(command, order));
  }

  @Post(':id/complaints/:complaintId/resolve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Answer a complaint' })
  async answer(
    @Param('id') id: string,
    @Param('complaintId') complaintId: string,
    @Body() body: ComplaintAnswerBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const note = body.note === undefined ? undefined : await this.#seal(id, body.note);
    const command = {
      complaintId,
      outcome: body.outcome,
      ...(note === undefined ? {} : { note }),
      ...(body.returnId === undefined ? {} : { returnId: body.returnId }),
      occurredAt: context.now,
    };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => resolveComplaint(command, order));
  }

  @Post(':id/channel-news/:newsId/settle')
  @HttpCode(200)
  @ApiOperation({ summary: 'Mark news of the channel as dealt with' })
  settle(
    @Param('id') id: string,
    @Param('newsId') newsId: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { newsId, occurredAt: context.now };
    return this.#run(id, { context, ifMatch, dryRun, reply }, (order) => settleNews(command, order));
  }

  /** Words of people are sealed under the key of the order's customer, so that erasing covers them. */
  async #seal<T>(orderId: string, value: T): Promise<Sealed<T>> {
    const { state } = await this.orders.load(orderId);
    mustExist(state);
    const { customerId } = state;
    return this.vault.seal(keyIdOf({ orderId, ...(customerId === null ? {} : { customerId }) }), value);
  }

  #run(
    id: string,
    request: { context: RequestContext; ifMatch: bigint | undefined; dryRun: boolean; reply: FastifyReply },
    decide: (order: Order) => OrderEvent[],
  ): Promise<object> {
    return runCommand(this.orders, { id, ...request }, decide);
  }
}
