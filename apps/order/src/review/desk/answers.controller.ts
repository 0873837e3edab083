import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Field, Public, type RequestContext, Vault } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { answerQuestion } from '../../order/decide-questions.js';
import type { Question } from '../../order/holds.js';
import type { Order } from '../../order/order.js';
import { axes } from '../../order/status.js';
import { OrderRepository } from '../../order.repository.js';
import { AnswerLinks } from './answer-links.js';
import { answerPage } from './answer-page.js';
import { AddressBody } from './holds.api.js';
import { keyOf } from './key-of-order.js';

class AnswerBody {
  @Field.string({ max: 64, description: 'One of the answers offered.' }) answer!: string;
  @Field.string({ optional: true, max: 2000, description: 'Words of their own.' }) message?: string;
  @Field.object(() => AddressBody, { optional: true, description: 'With CORRECT_ADDRESS.' }) address?: AddressBody;
}

/** Where customers answer what the desk asked them: the signed link is what lets them in. */
@ApiTags('order desk')
@Public()
@Controller('api/answers')
export class AnswersController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly vault: Vault,
    private readonly links: AnswerLinks,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'The question, as a page for browsers and as JSON for programs' })
  @ApiOkResponse({ description: 'Order number, question, answers to choose from, and the answer once given.' })
  @ApiResponse({ status: 410, description: 'The time to answer has passed.' })
  async question(
    @Param('token') token: string,
    @Query('answer') chosen: string | undefined,
    @Headers('accept') accept: string | undefined,
    @Ctx() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { order, question } = await this.#find(token, context.now);
    const content = await this.vault.unseal(question.content);
    const shown = {
      number: order.number,
      question: question.question,
      message: content?.message ?? null,
      answers: question.answers.map(({ answer }) => answer),
      answer: question.answer,
      expiresAt: question.expiresAt,
    };
    void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
    if (accept?.includes('text/html') !== true) return shown;
    const nonce = randomBytes(16).toString('base64');
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('x-content-type-options', 'nosniff')
      .header(
        'content-security-policy',
        `default-src 'none'; connect-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
      );
    return answerPage(shown, typeof chosen === 'string' ? chosen : undefined, order.locale, nonce);
  }

  /** By POST only: programs that look at links in mails must not answer for the customer. */
  @Post(':token')
  @HttpCode(200)
  @ApiOperation({ summary: 'Answer; what the answer says is done at once' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'It was answered otherwise, or the order has gone on.' })
  async answer(
    @Param('token') token: string,
    @Body() { answer, message, address }: AnswerBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    const { order, question } = await this.#find(token, context.now);
    const key = await keyOf(this.vault, order);
    const [words, place] = await Promise.all([
      message === undefined ? undefined : this.vault.seal(key, message),
      address === undefined ? undefined : this.vault.seal(key, address),
    ]);
    const command = {
      questionId: question.questionId,
      answer,
      ...(words === undefined ? {} : { message: words }),
      ...(place === undefined || address === undefined
        ? {}
        : { address: place, shipTo: { country: address.country, address: place } }),
      now: context.now,
    };
    const decide = (current: Order) => answerQuestion(command, current);
    if (dryRun) {
      // A customer is told what it comes to, not how the desk records it.
      const { before, after } = await this.orders.preview(order.orderId, decide);
      return { dryRun: true, number: after.number, answer, change: { before: axes(before), after: axes(after) } };
    }
    const { state } = await this.orders.handle(order.orderId, decide, {
      actor: 'customer',
      correlationId: context.correlationId,
      now: context.now,
    });
    return { number: state.number, answer };
  }

  async #find(token: string, now: string): Promise<{ order: Order; question: Question }> {
    const { orderId, questionId } = this.links.read(token, now);
    const { state: order } = await this.orders.load(orderId);
    const question = order.questions.find((candidate) => candidate.questionId === questionId);
    if (question === undefined) throw new Refused('QUESTION_NOT_FOUND', { orderId });
    return { order, question };
  }
}
