import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import type { ReceivedEvent } from '@orderloom/messaging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Cursor } from './cursor.js';
import { LiveFeed } from './feed.js';

/** A comment is sent this often, so that both ends and whoever is between notice a dead connection. */
const HEARTBEAT_MS = 15_000;
/** A client with more than this unsent is cut off; it comes back with its last id and misses nothing. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

/** Live events as server-sent events (WHATWG HTML §9.2). */
@ApiTags('events')
@Controller('api/events')
export class EventsController {
  constructor(private readonly feed: LiveFeed) {}

  @Get()
  @ApiOperation({
    summary: 'Live events of all services',
    description:
      'A `text/event-stream`. Each event has the bare name as `event:` and the CloudEvents envelope as `data:`; personal data in it is sealed. ' +
      'Come back with the last `id:` received in `Last-Event-ID` and nothing is missed; the events after that id are sent again.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false })
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
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write(': connected\n\n');
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
    const leave = this.feed.listen(from, (events, cursor) => {
      if (raw.destroyed) return false;
      const text = events.filter(wanted).map(frame).join('');
      // The id goes with the batch, not with each event: a client resumes between batches.
      if (text) raw.write(`${text}id: ${cursor}\n\n`);
      if (raw.writableLength <= MAX_UNSENT_BYTES) return true;
      raw.destroy();
      return false;
    });
    request.raw.once('close', () => {
      clearInterval(heartbeat);
      leave();
      raw.end();
    });
  }
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
