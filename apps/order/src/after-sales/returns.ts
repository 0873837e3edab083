import { type FieldProblem, Refused, type Resolution, type ReturnKind } from '@orderloom/contracts';
import { idFromKey, newId, type Vault } from '@orderloom/platform';
import { answerOf, type CommandAnswer, type CommandRequest, contextFor, runCommand } from '@orderloom/service';
import type { CompanySettings } from '../configuration/company-settings.js';
import { readableNumber } from '../intake/order-id.js';
import { keyIdOf } from '../intake/seal-order.js';
import { returnable } from '../order/decide-returned.js';
import type { Order, OrderLine } from '../order/order.js';
import { about, mustExist } from '../order/refusals.js';
import { worthOfUnits } from '../order/worth.js';
import type { OrderRepository } from '../order.repository.js';
import { type Approve, requestReturn } from './decide-return.js';
import type { Exchanges } from './exchanges.js';
import { labelOf } from './label.js';
import type { ExchangeLine, Return, ReturnEvent, ReturnEventData } from './return.js';
import type { ReturnRepository } from './return.repository.js';
import { type NamedPolicy, policyFor, type ReturnStep, stepDue, windowEnd } from './return-policy.js';
import type { ReturnProcess } from './return-process.js';
import { returnView } from './return-view.js';

/** What somebody wants to give back, parsed. */
export interface RequestedReturn {
  lines: { lineId: string; quantity: number; reason: string; photos?: string[] }[];
  kind: ReturnKind;
  wish: Resolution;
  exchange?: ExchangeLine[];
  advance: boolean;
  /** false: the customer keeps the goods; left out: as the policy says */
  goodsBack?: boolean;
  comment?: string;
  complaintId?: string;
  /** taken although the policy does not allow it */
  override: boolean;
}

/** Commands on returns, and the first step after each. */
export class Returns {
  constructor(
    private readonly returns: ReturnRepository,
    private readonly orders: OrderRepository,
    private readonly settings: Pick<CompanySettings, 'returnPolicies'>,
    private readonly exchanges: Exchanges,
    private readonly process: ReturnProcess,
    private readonly vault: Vault,
  ) {}

  /**
   * Opens a return of an order.
   * @throws Refused ORDER_NOT_FOUND, RETURN_EMPTY, LINE_NOT_FOUND, RETURN_EXCEEDS_DELIVERED, RETURN_WINDOW_CLOSED,
   * RETURN_NOT_ALLOWED, EXCHANGE_EMPTY, VALIDATION_FAILED
   */
  async request(
    orderId: string,
    wanted: RequestedReturn,
    key: string | undefined,
    request: CommandRequest,
  ): Promise<CommandAnswer> {
    const { state: order } = await this.orders.load(orderId);
    mustExist(order);
    const returnId = key === undefined ? newId() : idFromKey(`return:${orderId}`, key);
    const known = await this.returns.load(returnId);
    // A repeat finds the first one, whatever has become of the order's quantities since.
    if (known.state.status !== 'NONE') return this.run(returnId, () => [], request);
    const policies = this.settings.returnPolicies.recent();
    const { now } = request.context;
    const lines = wanted.lines.map((line) =>
      this.#line(order, line, policyFor(policies, skuOf(order, line.lineId)), wanted, now),
    );
    if (lines.length === 0) throw new Refused('RETURN_EMPTY', {});
    mustNameOnce(wanted.lines);
    const exchange = wanted.exchange === undefined ? undefined : await this.exchanges.price(order, wanted.exchange);
    const comment =
      wanted.comment === undefined || request.dryRun
        ? undefined
        : await this.vault.seal(
            keyIdOf({ orderId, ...(order.customerId === null ? {} : { customerId: order.customerId }) }),
            wanted.comment,
          );
    const strictest = lines.map(({ policy }) => policy);
    const amount = lines.reduce((sum, { line }) => sum + line.amount, 0);
    const goodsBack = wanted.goodsBack ?? !mayKeep(strictest, order.currency, amount);
    const automatic = !wanted.override && strictest.every(({ policy }) => policy.autoApprove);
    const first = strictest[0];
    if (first === undefined) throw new Refused('RETURN_EMPTY', {});
    const opened: ReturnEventData['ReturnRequested'] = {
      returnId,
      orderId,
      number: `R-${readableNumber(returnId)}`,
      orderNumber: order.number,
      channel: order.channel,
      ...(order.customerId === null ? {} : { customerId: order.customerId }),
      kind: wanted.kind,
      currency: order.currency,
      lines: lines.map(({ line }) => line),
      goodsBack,
      wish: wanted.wish,
      ...(exchange === undefined ? {} : { exchange }),
      advance: wanted.advance,
      ...(comment === undefined ? {} : { comment }),
      policy: {
        policy: first.name,
        version: first.version,
        inputs: {
          override: wanted.override,
          lines: lines.map(({ line, policy, until }) => ({
            lineId: line.lineId,
            policy: policy.name,
            version: policy.version,
            until,
          })),
        },
      },
      ...(wanted.complaintId === undefined ? {} : { complaintId: wanted.complaintId }),
      dueAt: stepDue(first.policy, 'decide', now),
      occurredAt: now,
    };
    const approve: Approve | undefined = automatic
      ? {
          label: labelOf(opened),
          dueAt: stepDue(first.policy, goodsBack ? 'arrive' : 'resolve', now),
          now,
        }
      : undefined;
    const command = { request: opened, ...(approve === undefined ? {} : { approve }) };
    return this.run(returnId, (state) => requestReturn(command, state), request);
  }

  /** Runs a command on a return and does what follows from it before answering. */
  async run(
    returnId: string,
    decide: (state: Return) => ReturnEvent[],
    request: CommandRequest,
  ): Promise<CommandAnswer> {
    if (request.dryRun) return runCommand(this.returns, returnId, decide, request, returnView);
    const handled = await this.returns.handle(returnId, decide, contextFor(request));
    for (const recorded of handled.events) {
      const event = { type: recorded.type, data: recorded.data } as ReturnEvent;
      await this.process.apply({ id: recorded.id, correlationId: request.context.correlationId, event });
    }
    const { state, revision } = handled.changed ? await this.returns.load(returnId) : handled;
    return answerOf({ ...handled, state, revision }, request, returnView);
  }

  /** @throws Refused RETURN_NOT_FOUND */
  async load(returnId: string): Promise<{ state: Return; revision: bigint }> {
    const loaded = await this.returns.load(returnId);
    if (loaded.state.status === 'NONE') throw new Refused('RETURN_NOT_FOUND', { returnId });
    return loaded;
  }

  /** The order a return belongs to, with the most of its delivery charge that is not given back yet. */
  async orderOf(state: Return): Promise<{ order: Order; shipping: number }> {
    const { state: order } = await this.orders.load(state.orderId);
    const given = order.credits.filter(({ sku }) => sku === 'SHIPPING').reduce((sum, { amount }) => sum + amount, 0);
    return { order, shipping: Math.max(0, order.totals.shipping - given) };
  }

  /** When the next step of a return is due, by the policy of its first product. */
  dueOf(state: Return, step: ReturnStep, now: string): string {
    const policies = this.settings.returnPolicies.recent();
    return stepDue(policyFor(policies, state.lines[0]?.sku ?? '').policy, step, now);
  }

  #line(
    order: Order,
    wanted: RequestedReturn['lines'][number],
    policy: NamedPolicy,
    { kind, override }: RequestedReturn,
    now: string,
  ) {
    const { lineId, quantity, reason, photos } = wanted;
    const line = order.lines.find((one) => one.lineId === lineId);
    if (line === undefined) throw new Refused('LINE_NOT_FOUND', { ...about(order), lineId });
    const available = returnable(line);
    if (quantity > available) throw new Refused('RETURN_EXCEEDS_DELIVERED', { ...about(order), lineId, available });
    const until = windowEnd(policy.policy, kind, deliveredAt(order, line) ?? now);
    if (!override) {
      const days = kind === 'WARRANTY' ? policy.policy.warrantyDays : policy.policy.returnDays;
      if (days === 0 || policy.policy.reasons?.includes(reason) === false) {
        throw new Refused('RETURN_NOT_ALLOWED', { ...about(order), sku: line.sku });
      }
      if (now > until) throw new Refused('RETURN_WINDOW_CLOSED', { ...about(order), sku: line.sku, until });
    }
    const before = line.cancelled + line.returnRequested;
    const amount = worthOfUnits(line, before, quantity, order.taxesIncluded).total;
    const requested = {
      lineId,
      sku: line.sku,
      name: line.name,
      quantity,
      reason,
      ...(photos === undefined || photos.length === 0 ? {} : { photos }),
      amount,
    };
    return { line: requested, policy, until };
  }
}

const skuOf = (order: Order, lineId: string): string => order.lines.find((line) => line.lineId === lineId)?.sku ?? '';

const mustNameOnce = (lines: readonly { lineId: string }[]): void => {
  const problems: FieldProblem[] = [];
  for (const [index, { lineId }] of lines.entries()) {
    if (lines.findIndex((other) => other.lineId === lineId) !== index) {
      problems.push({ path: `lines.${index}.lineId`, code: 'INVALID' });
    }
  }
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
};

/** When the last units of a line reached the customer. */
const deliveredAt = (order: Order, line: OrderLine): string | null => {
  const times = order.shipments
    .filter((shipment) => shipment.lines.some(({ lineId }) => lineId === line.lineId))
    .map((shipment) => shipment.deliveredAt)
    .filter((time) => time !== null);
  return times.sort().at(-1) ?? order.completedAt;
};

/** Goods that cost less than sending them back stay where they are, when every policy says so. */
const mayKeep = (policies: readonly NamedPolicy[], currency: string, amount: number): boolean =>
  policies.every(({ policy }) => amount < (policy.keepBelow?.[currency] ?? 0));
