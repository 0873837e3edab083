import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Field } from '@orderloom/platform';
import { PageQuery } from '@orderloom/service';
import { type NoticeKind, noticeKinds } from '../templates/templates.js';

const statuses = ['queued', 'sent', 'failed', 'suppressed'] as const;

export class NotificationQuery extends PageQuery {
  @Field.string({ optional: true, description: 'Notices about this order.' }) orderId?: string;
  @Field.string({ optional: true, description: 'Notices to this customer.' }) customerId?: string;
  @Field.oneOf(statuses, { optional: true }) status?: (typeof statuses)[number];
  @Field.oneOf(noticeKinds, { optional: true }) kind?: NoticeKind;
}

/** A notice, with what was sent to whom. */
export class NotificationShown {
  @ApiProperty() id!: string;
  @ApiProperty() orderId!: string;
  @ApiPropertyOptional() customerId?: string;
  @ApiProperty({ enum: noticeKinds }) kind!: string;
  @ApiProperty({ enum: statuses }) status!: (typeof statuses)[number];
  @ApiProperty({ enum: ['email'] }) channel!: string;
  @ApiPropertyOptional({ enum: ['zh-CN', 'en'] }) locale?: string;
  @ApiProperty({ description: 'Tries that failed.' }) attempts!: number;
  @ApiPropertyOptional({ description: 'Why it was not sent, or not yet: a code of the catalogue.' }) code?: string;
  @ApiPropertyOptional({ description: "The same as a sentence in the reader's language." }) detail?: string;
  @ApiProperty({ format: 'date-time' }) queuedAt!: string;
  @ApiPropertyOptional({ format: 'date-time' }) settledAt?: string;
  @ApiPropertyOptional({ description: 'Absent until it is sent, and once the customer is erased.' }) to?: string;
  @ApiPropertyOptional() subject?: string;
  @ApiPropertyOptional() text?: string;
}

export class NotificationPage {
  @ApiProperty({ type: [NotificationShown] }) items!: NotificationShown[];
  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.' }) next?: string;
}
