import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type FieldProblem, isRefused, Refused } from '@orderloom/contracts';
import type { Handled } from '@orderloom/event-sourcing';
import { idFromKey, newId, type RequestContext, type Vault } from '@orderloom/platform';
import { type CommandAnswer, type CommandRequest, runCommand } from '@orderloom/service';
import { orderIdOf } from '../intake/order-id.js';
import type { OrderRequest } from '../intake/order-request.js';
import { parseOrder } from '../intake/parse-order.js';
import { keyIdOf } from '../intake/seal-order.js';
import type { SubmitOrder } from '../intake/submit-order.js';
import type { DataOf, OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import type { OrderRepository } from '../order.repository.js';
import { acceptQuote, begin, change, discard, issueQuote, mustBeOpen, submitted } from './decide-draft.js';
import type { Draft, DraftContent, DraftEvent, DraftSummary } from './draft.js';
import type { DraftRepository } from './draft.repository.js';

const DRAFT_DAYS = 30;
const QUOTE_DAYS = 14;

/** What may be missing from a draft while it is one; anything else is a mistake to be mended at once. */
const MAY_BE_MISSING: readonly string[] = [
  'REQUIRED',
  'ORDER_EMPTY',
  'CUSTOMER_REQUIRED',
  'ADDRESS_INCOMPLETE',
  'UNKNOWN_SKU',
  'PRODUCT_DISCONTINUED',
  'PRODUCT_NOT_YET_SOLD',
  'PRODUCT_NO_LONGER_SOLD',
  'PRICE_MISSING',
  'CURRENCY_REQUIRED',
  'CURRENCY_MISMATCH',
  'CUSTOM_FIELD_REQUIRED',
];

/** A draft without its sealed content. */
export const draftView = ({ content: _content, quote, ...draft }: Draft): object => ({
  ...draft,
  quote: quote === null ? null : { ...quote, secretHash: undefined },
});

const daysAfter = (time: string, days: number): string => new Date(Date.parse(time) + days * 86_400_000).toISOString();
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** An offer as a customer sees it. */
export interface OpenQuote {
  draft: Draft;
  content: DraftContent;
}

/** Orders that are being prepared: edited, offered, and placed under the id they had as drafts. */
export class Drafts {
  constructor(
    private readonly drafts: DraftRepository,
    private readonly orders: OrderRepository,
    private readonly submit: SubmitOrder,
    private readonly vault: Vault,
  ) {}

  /** Begins a draft. @throws Refused VALIDATION_FAILED for what cannot be meant */
  async create(
    body: unknown,
    expiresAt: string | undefined,
    key: string | undefined,
    request: CommandRequest,
  ): Promise<CommandAnswer> {
    const draftId = key === undefined ? newId() : idFromKey('draft', key);
    const saved = await this.#saved(draftId, body, expiresAt, request);
    return runCommand(this.drafts, draftId, (draft) => begin(saved, draft), request, draftView);
  }

  /** Replaces what a draft holds. @throws Refused DRAFT_NOT_FOUND, DRAFT_SUBMITTED, … */
  async change(
    draftId: string,
    body: unknown,
    expiresAt: string | undefined,
    request: CommandRequest,
  ): Promise<CommandAnswer> {
    await this.#open(draftId, request.context);
    const saved = await this.#saved(draftId, body, expiresAt, request);
    return runCommand(this.drafts, draftId, (draft) => change(saved, draft), request, draftView);
  }

  async discard(draftId: string, reason: string, request: CommandRequest): Promise<CommandAnswer> {
    await this.#settle(draftId, request.context);
    const command = { reason, occurredAt: request.context.now };
    return runCommand(this.drafts, draftId, (draft) => discard(command, draft), request, draftView);
  }

  /**
   * Offers a draft to the customer at the prices of now, which hold until the offer expires. A new offer takes the
   * place of the one before.
   * @returns the answer with the path of the customer's link
   */
  async quote(
    draftId: string,
    expiresAt: string | undefined,
    request: CommandRequest,
  ): Promise<CommandAnswer & { link?: string }> {
    const draft = await this.#open(draftId, request.context);
    const content = await this.#content(draft);
    const order = this.#complete(content);
    const { events } = await this.submit.preview(order, request.context, { orderId: draftId });
    const placed = events.find((event) => event.type === 'OrderSubmitted');
    if (placed?.type !== 'OrderSubmitted') throw new Refused('DRAFT_SUBMITTED', { draftId });
    const secret = randomBytes(24).toString('base64url');
    const quoteId = newId();
    const command = {
      quoteId,
      total: placed.data.totals.total,
      currency: placed.data.currency,
      content: await this.vault.seal(keyOf(draftId, order), withPrices(content, placed.data)),
      secretHash: hashOf(secret),
      expiresAt: expiresAt ?? daysAfter(request.context.now, QUOTE_DAYS),
      occurredAt: request.context.now,
    };
    const answer = await runCommand(this.drafts, draftId, (state) => issueQuote(command, state), request, draftView);
    return request.dryRun ? answer : { ...answer, link: `/api/quotes/${draftId}.${secret}` };
  }

  /**
   * Places a draft as an order. A repeat finds the order, also when the process was killed in between.
   * @throws Refused DRAFT_NOT_FOUND, DRAFT_DISCARDED, DRAFT_EXPIRED, VALIDATION_FAILED while something is missing
   */
  async place(draftId: string, context: RequestContext): Promise<Handled<Order, OrderEvent>> {
    const { state: draft } = await this.drafts.load(draftId);
    if (draft.status !== 'SUBMITTED') mustBeOpen(draft);
    const request = this.#complete(await this.#content(draft));
    const handled = await this.submit.submit(request, context, { orderId: orderIdFor(draftId, request) });
    await this.#mark(draftId, handled.state, context);
    return handled;
  }

  /** What placing would record. */
  async preview(draftId: string, context: RequestContext) {
    const request = this.#complete(await this.#content(await this.#open(draftId, context)));
    return this.submit.preview(request, context, { orderId: orderIdFor(draftId, request) });
  }

  /** The offer behind a customer's link. @throws Refused QUOTE_NOT_FOUND, QUOTE_CHANGED, DRAFT_EXPIRED, … */
  async open(token: string): Promise<OpenQuote> {
    const [draftId = '', secret = ''] = token.split('.', 2);
    const { state: draft } = await this.drafts.load(draftId);
    const expected = Buffer.from(draft.quote?.secretHash ?? '');
    const given = Buffer.from(hashOf(secret));
    if (draft.quote === null || expected.length !== given.length || !timingSafeEqual(expected, given)) {
      // Whoever holds an older link learns that the offer has changed, and nothing else.
      throw new Refused((await this.#wasOffered(draftId, secret)) ? 'QUOTE_CHANGED' : 'QUOTE_NOT_FOUND', {});
    }
    return { draft, content: await this.#content(draft) };
  }

  /** The customer takes the offer: it becomes an order at its prices. */
  async accept(token: string, context: RequestContext): Promise<Handled<Order, OrderEvent>> {
    const { draft } = await this.open(token);
    const { draftId, quote } = draft;
    if (quote === null) throw new Refused('QUOTE_NOT_FOUND', {});
    const command = { quoteId: quote.quoteId, occurredAt: context.now };
    await this.drafts.handle(draftId, (state) => acceptQuote(command, state), commandContext(context));
    return this.place(draftId, context);
  }

  /** A draft and what it holds. @throws Refused DRAFT_NOT_FOUND */
  async show(draftId: string): Promise<{ draft: Draft; revision: bigint; content: DraftContent | null }> {
    const { state: draft, revision } = await this.drafts.load(draftId);
    if (draft.status === 'NONE') throw new Refused('DRAFT_NOT_FOUND', { draftId });
    return { draft, revision, content: draft.content === null ? null : await this.vault.unseal(draft.content) };
  }

  /** Makes good what a killed process left: an order that is there makes its draft submitted. */
  async #settle(draftId: string, context: RequestContext): Promise<Draft> {
    const { state } = await this.drafts.load(draftId);
    if (state.status !== 'DRAFT' && state.status !== 'QUOTED') return state;
    const { state: order } = await this.orders.load(draftId);
    if (order.status === 'NONE') return state;
    return (await this.#mark(draftId, order, context)).state;
  }

  async #open(draftId: string, context: RequestContext): Promise<Draft> {
    const draft = await this.#settle(draftId, context);
    mustBeOpen(draft);
    return draft;
  }

  #mark(draftId: string, { orderId, number }: Order, context: RequestContext): Promise<Handled<Draft, DraftEvent>> {
    const command = { orderId, number, occurredAt: context.now };
    return this.drafts.handle(draftId, (draft) => submitted(command, draft), commandContext(context));
  }

  async #wasOffered(draftId: string, secret: string): Promise<boolean> {
    const hash = hashOf(secret);
    const events = await this.drafts.history(draftId);
    return events.some(({ type, data }) => type === 'QuoteIssued' && 'secretHash' in data && data.secretHash === hash);
  }

  async #content(draft: Draft): Promise<DraftContent> {
    const content = draft.content === null ? null : await this.vault.unseal(draft.content);
    if (content === null) throw new Refused('PERSONAL_DATA_ERASED', { draftId: draft.draftId });
    return content;
  }

  /** @throws Refused DRAFT_INCOMPLETE with what is missing */
  #complete(content: DraftContent): OrderRequest {
    try {
      return parseOrder(content);
    } catch (error) {
      if (!isRefused(error)) throw error;
      throw new Refused('DRAFT_INCOMPLETE', {}, error.fields);
    }
  }

  async #saved(draftId: string, body: unknown, expiresAt: string | undefined, { context }: CommandRequest) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: '', code: 'NOT_AN_OBJECT' }]);
    }
    const content = body as DraftContent;
    const { problems, request, submitted: would } = await this.#look(draftId, content, context);
    const mistakes = problems.filter(({ code }) => !MAY_BE_MISSING.includes(code));
    if (mistakes.length > 0) throw new Refused('VALIDATION_FAILED', {}, mistakes);
    const customerId = text(content['customerId']);
    const currency = would?.currency ?? text(content['currency']);
    const summary: DraftSummary = {
      channel: text(content['channel']) ?? 'api',
      ...(customerId === undefined ? {} : { customerId }),
      ...(currency === undefined ? {} : { currency }),
      ...(would === undefined ? {} : { total: would.totals.total }),
      lines: linesOf(content),
      problems: problems.map(({ path, code }) => ({ path, code })),
    };
    const sealed = await this.vault.seal(
      keyOf(draftId, request ?? { ...(customerId === undefined ? {} : { customerId }) }),
      content,
    );
    return {
      ...summary,
      draftId,
      content: sealed,
      expiresAt: expiresAt ?? daysAfter(context.now, DRAFT_DAYS),
      occurredAt: context.now,
    };
  }

  /** What is still wrong with a draft, and what it would be placed as. */
  async #look(
    draftId: string,
    content: DraftContent,
    context: RequestContext,
  ): Promise<{ problems: readonly FieldProblem[]; request?: OrderRequest; submitted?: DataOf<'OrderSubmitted'> }> {
    let request: OrderRequest | undefined;
    try {
      request = parseOrder(content);
      const { events } = await this.submit.preview(request, context, { orderId: draftId });
      const [first] = events;
      return { problems: [], request, ...(first?.type === 'OrderSubmitted' ? { submitted: first.data } : {}) };
    } catch (error) {
      if (!isRefused(error) || error.fields === undefined) throw error;
      return { problems: error.fields, ...(request === undefined ? {} : { request }) };
    }
  }
}

/** An external number of a channel makes one order, whether it comes as a draft or not. */
const orderIdFor = (draftId: string, request: OrderRequest): string =>
  request.externalNumber === undefined ? draftId : orderIdOf(request);

const keyOf = (draftId: string, { customerId }: Pick<OrderRequest, 'customerId'>): string =>
  keyIdOf({ orderId: draftId, ...(customerId === undefined ? {} : { customerId }) });

/** The content with every price as it was offered. */
const withPrices = (content: DraftContent, sold: DataOf<'OrderSubmitted'>): DraftContent => {
  const lines = content['lines'] as Record<string, unknown>[];
  return {
    ...content,
    currency: sold.currency,
    lines: lines.map((line, index) => ({ ...line, unitPrice: sold.lines[index]?.unitPrice ?? line['unitPrice'] })),
  };
};

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 100 ? value : undefined;

const linesOf = (content: DraftContent): DraftSummary['lines'] => {
  const lines: unknown = content['lines'];
  if (!Array.isArray(lines)) return [];
  return lines.flatMap((line: unknown) => {
    if (typeof line !== 'object' || line === null) return [];
    const { sku, quantity } = line as { sku?: unknown; quantity?: unknown };
    return [{ sku: text(sku) ?? '', quantity: typeof quantity === 'number' ? quantity : 0 }];
  });
};

const commandContext = ({ actor, correlationId, now, traceparent }: RequestContext) => ({
  actor,
  correlationId,
  now,
  ...(traceparent === undefined ? {} : { traceparent }),
});
