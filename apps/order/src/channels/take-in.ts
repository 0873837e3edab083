import { type FieldProblem, isRefused, Refused } from '@orderloom/contracts';
import type { Handled, Repository } from '@orderloom/event-sourcing';
import type { RequestContext } from '@orderloom/platform';
import type { CompanySettings } from '../configuration/company-settings.js';
import type { Setting } from '../configuration/registry.js';
import { orderIdOf, requestHashOf } from '../intake/order-id.js';
import type { OrderRequest } from '../intake/order-request.js';
import { parseOrder } from '../intake/parse-order.js';
import type { SubmitOptions, SubmitOrder } from '../intake/submit-order.js';
import { type FollowChannel, followChannel } from '../order/decide-channel.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import type { Adapter } from './adapter.js';
import type { Channel } from './channel.js';
import { type ChannelMessage, ordersIn, readMessage } from './read-payload.js';

/** Most orders of one call. */
export const MAX_ORDERS = 200;

/** What became of one order of a message. */
export interface TakenIn {
  externalNumber: string | null;
  /**
   * PLACED a new order · FOLLOWED what the channel says was done · UNCHANGED nothing new · WAITING the channel does
   * not want it placed yet · SET_ASIDE something could not be followed; it waits on the order for a person · REFUSED.
   */
  outcome: 'PLACED' | 'FOLLOWED' | 'UNCHANGED' | 'WAITING' | 'SET_ASIDE' | 'REFUSED';
  handled?: Handled<Order, OrderEvent>;
  refusal?: Refused;
}

/** The adapter of channels that send our own shape. */
const OWN: Adapter = {
  title: 'Orderloom',
  amounts: 'minor',
  fields: {},
  lines: { path: 'lines', fields: {} },
  states: [
    {
      path: 'state',
      map: {
        WAIT: 'WAIT',
        OPEN: 'OPEN',
        PAID: 'PAID',
        SHIPPED: 'SHIPPED',
        DELIVERED: 'DELIVERED',
        CANCELLED: 'CANCELLED',
      },
    },
  ],
};

interface Reading {
  channel: Setting<Channel>;
  adapter: Setting<Adapter> | undefined;
}

/** Takes in what channels send, whatever shape it has: one external number of a channel is one order for ever. */
export class TakeIn {
  constructor(
    private readonly settings: Pick<CompanySettings, 'channels' | 'adapters'>,
    private readonly submit: SubmitOrder,
    private readonly orders: Pick<Repository<Order, OrderEvent>, 'load' | 'handle'>,
  ) {}

  /**
   * Takes in a message of a channel: one order, or a list of them, each with its own outcome.
   * @throws Refused CHANNEL_NOT_FOUND, CHANNEL_CLOSED, ADAPTER_NOT_FOUND, VALIDATION_FAILED (too many orders)
   */
  async take(name: string, payload: unknown, context: RequestContext): Promise<{ list: boolean; results: TakenIn[] }> {
    const reading = await this.#reading(name);
    const { list, orders } = this.#split(reading, payload);
    const results: TakenIn[] = [];
    // In the order in which the channel names them: a later message about one order follows an earlier one.
    for (const order of orders) results.push(await this.#one(reading, order, context));
    return { list, results };
  }

  /** The requests a message would become; nothing is placed. */
  async read(name: string, payload: unknown): Promise<(ChannelMessage & { problems: readonly FieldProblem[] })[]> {
    const reading = await this.#reading(name);
    return this.#split(reading, payload).orders.map((order) => {
      const problems: FieldProblem[] = [];
      const message = this.#message(reading, order, problems);
      try {
        parseOrder(message.body);
      } catch (error) {
        if (!isRefused(error)) throw error;
        problems.push(...(error.fields ?? []));
      }
      return { ...message, problems };
    });
  }

  async #reading(name: string): Promise<Reading> {
    const channels = this.settings.channels.recent();
    const channel = channels.get(name) ?? (await this.settings.channels.find(name));
    if (channel === undefined) throw new Refused('CHANNEL_NOT_FOUND', { channel: name });
    if (!channel.value.open) throw new Refused('CHANNEL_CLOSED', { channel: name });
    const { adapter } = channel.value;
    if (adapter === undefined) return { channel, adapter: undefined };
    const found = this.settings.adapters.recent().get(adapter) ?? (await this.settings.adapters.find(adapter));
    if (found === undefined) throw new Refused('ADAPTER_NOT_FOUND', { adapter });
    return { channel, adapter: found };
  }

  #split({ adapter }: Reading, payload: unknown): { list: boolean; orders: unknown[] } {
    const found = ordersIn(adapter?.value ?? OWN, payload);
    if (found.orders.length > MAX_ORDERS) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: '', code: 'TOO_MANY', details: { max: MAX_ORDERS } }]);
    }
    return found;
  }

  #message({ channel, adapter }: Reading, payload: unknown, problems: FieldProblem[]): ChannelMessage {
    const { currency, country, paymentTerms, locale, skus } = channel.value;
    const defaults = {
      ...(currency === undefined ? {} : { currency }),
      ...(country === undefined ? {} : { country }),
      ...(paymentTerms === undefined ? {} : { paymentTerms }),
      ...(locale === undefined ? {} : { locale }),
      ...(skus === undefined ? {} : { skus }),
    };
    const message =
      adapter === undefined ? ownMessage(payload, defaults) : readMessage(adapter.value, payload, defaults, problems);
    return { ...message, body: { ...message.body, channel: channel.name } };
  }

  async #one(reading: Reading, payload: unknown, context: RequestContext): Promise<TakenIn> {
    const problems: FieldProblem[] = [];
    const message = this.#message(reading, payload, problems);
    const given = message.body['externalNumber'];
    const externalNumber = typeof given === 'string' && given.trim() !== '' ? given.trim() : null;
    try {
      if (externalNumber === null) problems.push({ path: 'externalNumber', code: 'REQUIRED' });
      const known = externalNumber === null ? undefined : await this.#known(reading.channel.name, externalNumber);
      if (known !== undefined) return await this.#follow(known, message, externalNumber, context);
      return await this.#place(reading, message, externalNumber, problems, context);
    } catch (error) {
      if (!isRefused(error)) throw error;
      return { externalNumber, outcome: 'REFUSED', refusal: error };
    }
  }

  async #known(channel: string, externalNumber: string): Promise<Order | undefined> {
    const { state } = await this.orders.load(orderIdOf({ channel, externalNumber }));
    return state.status === 'NONE' ? undefined : state;
  }

  /** A message about an order that is there: what the channel says of it is followed, its content never placed again. */
  async #follow(
    order: Order,
    message: ChannelMessage,
    externalNumber: string | null,
    context: RequestContext,
  ): Promise<TakenIn> {
    const content = contentOf(message.body);
    const command: FollowChannel = {
      ...followOf(message, order.channel, context.now),
      ...(content === null || content === order.requestHash ? {} : { otherContent: content }),
    };
    const handled = await this.orders.handle(
      order.orderId,
      (current) => followChannel(command, current),
      commandContext(context),
    );
    const aside = handled.events.some((event) => event.type === 'ChannelNewsSetAside');
    return { externalNumber, outcome: aside ? 'SET_ASIDE' : handled.changed ? 'FOLLOWED' : 'UNCHANGED', handled };
  }

  async #place(
    { channel, adapter }: Reading,
    message: ChannelMessage,
    externalNumber: string | null,
    problems: FieldProblem[],
    context: RequestContext,
  ): Promise<TakenIn> {
    const { states } = message;
    const over = states.has('SHIPPED') || states.has('DELIVERED') || states.has('CANCELLED');
    // What says that it may be placed wins over "waits for payment": the two may come from different fields of a message.
    if (states.has('WAIT') && !over && !states.has('PAID') && !states.has('OPEN')) {
      return { externalNumber, outcome: 'WAITING' };
    }
    const request = parsed(message.body, problems);
    const command = followOf(message, channel.name, context.now);
    const options: SubmitOptions = {
      ...(message.orderedAt === undefined ? {} : { orderedAt: message.orderedAt }),
      ...(adapter === undefined ? {} : { facts: { source: { adapter: adapter.name, version: adapter.version } } }),
      // What was sent or cancelled before it was heard of here needs no stock, no parcel and no notice of ours.
      historyOnly: over || channel.value.fulfilledBy === 'channel',
      followedBy: (order) => followChannel(command, order),
    };
    const handled = await this.submit.submit(request, context, options);
    const aside = handled.events.some((event) => event.type === 'ChannelNewsSetAside');
    const placed = handled.events.some((event) => event.type === 'OrderSubmitted');
    return {
      externalNumber,
      outcome: aside ? 'SET_ASIDE' : placed ? 'PLACED' : handled.changed ? 'FOLLOWED' : 'UNCHANGED',
      handled,
    };
  }
}

/** A message in our own shape, with `state` beside the fields of an order. */
const ownMessage = (payload: unknown, defaults: object): ChannelMessage => {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new Refused('VALIDATION_FAILED', {}, [{ path: '', code: 'NOT_AN_OBJECT' }]);
  }
  const { state, ...body } = payload as Record<string, unknown>;
  const { skus: _skus, country: _country, ...rest } = defaults as Record<string, unknown>;
  const states = new Set(OWN.states.flatMap((rule) => rule.map?.[String(state)] ?? []));
  return { body: { ...rest, ...body }, states };
};

const followOf = (message: ChannelMessage, channel: string, now: string): FollowChannel => {
  const { states, paymentReference, shippedAt, carrier, trackingNumber } = message;
  return {
    states,
    channel,
    ...(paymentReference === undefined ? {} : { paymentReference }),
    ...(shippedAt === undefined ? {} : { shippedAt }),
    ...(carrier === undefined ? {} : { carrier }),
    ...(trackingNumber === undefined ? {} : { trackingNumber }),
    now,
  };
};

const commandContext = ({ actor, correlationId, now, traceparent }: RequestContext) => ({
  actor,
  correlationId,
  now,
  ...(traceparent === undefined ? {} : { traceparent }),
});

/** @throws Refused VALIDATION_FAILED with the problems of the reading and those of the order */
const parsed = (body: unknown, problems: FieldProblem[]): OrderRequest => {
  try {
    const request = parseOrder(body);
    if (problems.length === 0) return request;
  } catch (error) {
    if (!isRefused(error)) throw error;
    problems.push(...(error.fields ?? []));
  }
  throw new Refused('VALIDATION_FAILED', {}, problems);
};

/** Fingerprint of a message's content; null when it cannot be read, which is no reason not to follow its state. */
const contentOf = (body: unknown): string | null => {
  try {
    return requestHashOf(parseOrder(body));
  } catch (error) {
    if (!isRefused(error)) throw error;
    return null;
  }
};
