import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { isRefusalCode, type Locale, Refused, text } from '@orderloom/contracts';
import { Ctx, Needs, personalFor, type RequestContext, Vault } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { newestFirst, Projections, withoutInternals } from '@orderloom/service';
import type { Filter } from 'mongodb';
import { Messages, type SentContent } from '../notices/messages.js';
import { NotificationPage, NotificationQuery, NotificationShown } from './notifications.api.js';
import { type NotificationView, notificationsProjection } from './notifications.projection.js';

const byQueuing = newestFirst<NotificationView>('queuedAt');

@ApiTags('notifications')
@Needs('notices:read')
@Controller('api/notifications')
export class NotificationsController {
  private readonly view: ProjectionRunner<NotificationView>;

  constructor(
    projections: Projections,
    private readonly messages: Messages,
    private readonly vault: Vault,
  ) {
    this.view = projections.add(notificationsProjection);
  }

  @Get()
  @ApiOperation({ summary: 'Notices, newest first, with what was sent to whom' })
  @ApiOkResponse({ type: NotificationPage })
  async list(@Query() query: NotificationQuery, @Ctx() context: RequestContext): Promise<NotificationPage> {
    const { orderId, customerId, status, kind, cursor, limit } = query;
    const filter: Filter<NotificationView> = {
      ...(orderId === undefined ? {} : { orderId }),
      ...(customerId === undefined ? {} : { customerId }),
      ...(status === undefined ? {} : { status }),
      ...(kind === undefined ? {} : { kind }),
      ...byQueuing.after(cursor),
    };
    const found = await this.view
      .collection()
      .find(filter)
      .sort(byQueuing.sort)
      .limit(limit + 1)
      .toArray();
    const page = byQueuing.page(found, limit);
    return { ...page, items: await this.shown(page.items, context) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One notice, with what was sent to whom' })
  @ApiOkResponse({ type: NotificationShown })
  async one(@Param('id') id: string, @Ctx() context: RequestContext): Promise<NotificationShown> {
    const found = await this.view.collection().findOne({ _id: id });
    if (!found) throw new Refused('NOTIFICATION_NOT_FOUND', { notificationId: id });
    const [shown] = await this.shown([found], context);
    return shown!;
  }

  private async shown(
    views: readonly NotificationView[],
    { locale, access }: RequestContext,
  ): Promise<NotificationShown[]> {
    const ids = views.map(({ _id }) => _id);
    const messages = await this.messages.messages.find({ _id: { $in: ids } }, { projection: { content: 1 } }).toArray();
    const contents = new Map<string, SentContent | null>();
    await Promise.all(
      messages.map(async ({ _id, content }) => {
        if (content !== undefined) contents.set(_id, personalFor(access, await this.vault.unseal(content)));
      }),
    );
    return views.map((view) => ({
      ...withoutInternals(view),
      ...(view.code === undefined ? {} : { detail: sentence(view.code, locale) }),
      ...contents.get(view._id),
    }));
  }
}

const sentence = (code: string, locale: Locale): string => (isRefusalCode(code) ? text(code, locale) : code);
