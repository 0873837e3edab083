import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { afterCursor, decodeCursor, Field, type Page, pageOf } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections } from '@orderloom/service';
import type { Filter } from 'mongodb';
import { Messages } from '../notices/messages.js';
import { type NotificationView, notificationsProjection } from './notifications.projection.js';

class NotificationQuery {
  @Field.string({ optional: true }) orderId?: string;
  @Field.string({ optional: true, description: 'queued, sent, failed or suppressed' }) status?: string;
  @Field.string({ optional: true, max: 2000 }) cursor?: string;
  @Field.integer({ min: 1, max: 200, default: 50 }) limit!: number;
}

type Shown = Omit<NotificationView, '_id'> & { id: string; to?: string; subject?: string; text?: string };

const SORT = '-queuedAt';

@ApiTags('notifications')
@Controller('api/notifications')
export class NotificationsController {
  private readonly view: ProjectionRunner<NotificationView>;

  constructor(
    projections: Projections,
    private readonly messages: Messages,
  ) {
    this.view = projections.add(notificationsProjection);
  }

  @Get()
  @ApiOperation({ summary: 'Notices, newest first, with what was sent to whom' })
  async list(@Query() query: NotificationQuery): Promise<Page<Shown>> {
    const { orderId, status, cursor, limit } = query;
    const after = cursor
      ? afterCursor(
          [
            { field: 'queuedAt', direction: -1 },
            { field: '_id', direction: -1 },
          ],
          decodeCursor(SORT, 2, cursor),
        )
      : {};
    const filter = { ...(orderId ? { orderId } : {}), ...(status ? { status } : {}), ...after };
    const found = await this.view
      .collection()
      .find(filter as Filter<NotificationView>)
      .sort({ queuedAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, SORT, ({ queuedAt, _id }) => [queuedAt, _id]);
    return { ...page, items: await this.withContent(page.items) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One notice, with what was sent to whom' })
  async one(@Param('id') id: string): Promise<Shown> {
    const found = await this.view.collection().findOne({ _id: id });
    if (!found) throw new Refused('NOTIFICATION_NOT_FOUND', { notificationId: id });
    const [shown] = await this.withContent([found]);
    return shown!;
  }

  private async withContent(views: readonly NotificationView[]): Promise<Shown[]> {
    const messages = await this.messages.messages.find({ _id: { $in: views.map(({ _id }) => _id) } }).toArray();
    const byId = new Map(messages.map((message) => [message._id, message]));
    return views.map(({ _id, ...view }) => {
      const { to, subject, text } = byId.get(_id) ?? {};
      const { _sequence: _, ...shown } = view as typeof view & { _sequence?: number };
      return {
        id: _id,
        ...shown,
        ...(to === undefined ? {} : { to }),
        ...(subject === undefined ? {} : { subject }),
        ...(text === undefined ? {} : { text }),
      };
    });
  }
}
