import type { ServerResponse } from 'node:http';
import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import type { ReceivedEvent } from '@orderloom/messaging';
import { Authenticator, Needs, requestState } from '@orderloom/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Cursor } from './cursor.js';
import { type Listener, LiveFeed } from './feed.js';

/** A comment is sent this often, so that both ends and whoever is between notice a dead connection. */
const HEARTBEAT_MS = 15_000;
/** A client with more than this unsent is cut off; it comes back with its last id and misses nothing. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

/** While a client is given what it missed, the next part waits until less than this is unsent. */
const CATCH_UP_BYTES = 256 * 1024;
/** A client that takes nothing for this long while it catches up is cut off. */
const STUCK_MS = 60_000;

/** Live events as server-sent events (WHATWG HTML §9.2). */
@ApiTags('events')
@Needs('events:read')
@Controller('api/events')
export class EventsController {
  private readonly open = new Set<ServerResponse>();

  constructor(
    private readonly feed: LiveFeed,
    private readonly authenticator: Authenticator,
    adapter: HttpAdapterHost,
  ) {
    const fastify: FastifyInstance = adapter.httpAdapter.getInstance();
    // A stream has no end of its own, and the server waits for every answer to end before it closes.
    fastify.addHook('preClose', (done: () => void) => {
      for (const response of this.open) response.end();
      done();
    });
  }

  @Get()
  @ApiOperation({
    summary: 'Live events of all services',
    description:
      'A `text/event-stream`. Each event has the bare name as `event:` and the CloudEvents envelope as `data:`; personal data in it is sealed. ' +
      'Come back with the last `id:` received in `Last-Event-ID` and nothing is missed; the events after that id are sent again.',
  })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last `id:` received.' })
  @ApiQuery({ name: 'types', required: false, description: 'Names to send, separated by commas; all when absent.' })
  @ApiQuery({ name: 'orderId', required: false, description: 'Only events of this order, of every service.' })
  events(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') lastEventId?: string,
    @Query('types') types?: string,
    @Query('orderId') orderId?: string,
  ): void {
    const from = lastEventId ? Cursor.parse(lastEventId) : undefined;
    if (lastEventId && !from) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'Last-Event-ID', code: 'CURSOR_INVALID' }]);
    }
    const wanted = filter(types, orderId);
    const { raw } = reply;
    reply.hijack();
    raw.writeHead(200, {
      'x-correlation-id': requestState(request).correlationId,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'close',
      'x-accel-buffering': 'no',
    });
    this.open.add(raw);
    // A place from the start on, so that a client that was given nothing yet misses nothing either.
    let place = from ?? this.feed.newest;
    raw.write(`: connected\nretry: 1000\nid: ${place}\n\n`);
    // With the place: where a filter lets little through, coming back must not mean reading everything again.
    const heartbeat = setInterval(() => {
      raw.write(`: still here\nid: ${place}\n\n`);
      // A stream outlives its request: a token that ended or was taken back meanwhile ends it.
      void this.stillGood(request.headers.authorization).then((good) => good || raw.end());
    }, HEARTBEAT_MS);
    const take: Listener = (events, cursor) => {
      if (raw.destroyed || raw.writableEnded) return false;
      place = cursor;
      const text = events.filter(wanted).map(frame).join('');
      // The id goes with the batch, not with each event: a client resumes between batches.
      if (text) raw.write(`${text}id: ${cursor}\n\n`);
      if (raw.writableLength <= MAX_UNSENT_BYTES) return true;
      raw.destroy();
      return false;
    };
    const leave = this.feed.listen(from, take, () => drained(raw));
    raw.once('close', () => {
      clearInterval(heartbeat);
      this.open.delete(raw);
      leave();
    });
  }

  private async stillGood(authorization: string | undefined): Promise<boolean> {
    try {
      await this.authenticator.access(authorization);
      return true;
    } catch {
      return false;
    }
  }
}

/** Fulfilled when little enough is unsent; a client that stands still is cut off, which fulfils it too. */
function drained(raw: ServerResponse): Promise<void> | undefined {
  if (raw.writableLength <= CATCH_UP_BYTES || raw.destroyed) return undefined;
  return new Promise((resolve) => {
    const stuck = setTimeout(() => raw.destroy(), STUCK_MS);
    const done = () => {
      clearTimeout(stuck);
      raw.off('drain', done).off('close', done);
      resolve();
    };
    raw.once('drain', done).once('close', done);
  });
}

/** One event in the stream's form; JSON has no line breaks of its own. */
function frame({ topic: _topic, partition: _partition, offset: _offset, ...envelope }: ReceivedEvent): string {
  return `event: ${bareName(envelope.type)}\ndata: ${JSON.stringify(envelope)}\n\n`;
}

const bareName = (type: string): string => type.split('.').at(-2) ?? type;

function filter(types: string | undefined, orderId: string | undefined): (event: ReceivedEvent) => boolean {
  const names = types ? new Set(types.split(',').map((name) => name.trim())) : undefined;
  return (event) => {
    if (names && !names.has(bareName(event.type))) return false;
    if (!orderId) return true;
    return event.subject === `order-${orderId}` || (event.data as { orderId?: unknown } | null)?.orderId === orderId;
  };
}
