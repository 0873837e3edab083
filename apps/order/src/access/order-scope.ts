import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Refused } from '@orderloom/contracts';
import { type Access, requestState } from '@orderloom/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';

const DEFAULT_CHANNEL = 'api';

/** @throws Refused ORDER_NOT_FOUND for another customer's order, as if there were none; CHANNEL_NOT_ALLOWED */
export const mustBeOwn = (access: Access | undefined, order: Order): void => {
  if (access === undefined || order.status === 'NONE') return;
  if (!access.mayUseCustomer(order.customerId)) throw new Refused('ORDER_NOT_FOUND', { orderId: order.orderId });
  access.mustUseChannel(order.channel);
};

/** Keeps a new order to the token's channels and customer; a customer's own orders name it by themselves. */
const mustPlaceOwn = (access: Access, body: unknown): void => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const { channel, customerId } = body as { channel?: unknown; customerId?: unknown };
  access.mustUseChannel(typeof channel === 'string' ? channel : DEFAULT_CHANNEL);
  const own = access.identity.customerId;
  if (own === undefined) return;
  if (customerId === undefined || customerId === null) {
    Object.assign(body, { customerId: own });
  } else if (customerId !== own) {
    const details = { allowed: own };
    throw new Refused('CUSTOMER_NOT_ALLOWED', details, [{ path: 'customerId', code: 'CUSTOMER_NOT_ALLOWED', details }]);
  }
};

/** A channel sends the orders of all its customers: no customer's token will do. */
const mustBeChannel = (access: Access, name: string): void => {
  if (access.identity.customerId !== undefined) {
    throw new Refused('TOKEN_LIMITED', {}, [{ path: 'authorization', code: 'TOKEN_LIMITED' }]);
  }
  access.mustUseChannel(name, 'name');
};

/**
 * Keeps tokens that are limited to channels or to a customer to their own orders, on every address below
 * `/api/orders/{id}` for new ones, and for what channels send. A hook, so that no endpoint of an order can forget it.
 */
@Injectable()
export class OrderScope {
  constructor(
    adapter: HttpAdapterHost,
    private readonly orders: OrderRepository,
  ) {
    const fastify: FastifyInstance = adapter.httpAdapter.getInstance();
    fastify.addHook('preHandler', async (request) => this.check(request));
  }

  private async check(request: FastifyRequest): Promise<void> {
    const { access } = requestState(request);
    if (access?.limited !== true) return;
    const url = request.routeOptions.url ?? '';
    if (url === '/api/orders' && request.method === 'POST') mustPlaceOwn(access, request.body);
    const { id, name } = (request.params ?? {}) as { id?: unknown; name?: unknown };
    if (url === '/api/channels/:name/orders' && typeof name === 'string') mustBeChannel(access, name);
    if (!url.startsWith('/api/orders/:id') || typeof id !== 'string') return;
    mustBeOwn(access, (await this.orders.load(id)).state);
  }
}
