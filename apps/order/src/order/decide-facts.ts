import { Refused } from '@orderloom/contracts';
import type { CustomValue, Priority } from './desk.js';
import type { DataOf, OrderEvent } from './events.js';
import type { Order } from './order.js';
import { about, mustExist } from './refusals.js';

export interface ChangeFacts {
  addTags?: readonly string[];
  removeTags?: readonly string[];
  priority?: Priority;
  /** null takes a value away */
  custom?: Readonly<Record<string, CustomValue | null>>;
  now: string;
}

/** Changes labels, priority and company fields; only what differs is recorded. Facts can be told of any order. */
export const changeFacts = (command: ChangeFacts, order: Order): OrderEvent[] => {
  mustExist(order);
  const { now: occurredAt } = command;
  const events: OrderEvent[] = [];
  const add = [...new Set(command.addTags)].filter((tag) => !order.tags.includes(tag)).sort();
  const remove = [...new Set(command.removeTags)]
    .filter((tag) => order.tags.includes(tag) && !add.includes(tag))
    .sort();
  if (add.length + remove.length > 0) events.push({ type: 'OrderTagged', data: { add, remove, occurredAt } });
  const changed: DataOf<'OrderFactsChanged'> = { occurredAt };
  if (command.priority !== undefined && command.priority !== order.desk.priority) changed.priority = command.priority;
  const custom = Object.entries(command.custom ?? {}).filter(
    ([key, value]) => (Object.hasOwn(order.desk.custom, key) ? order.desk.custom[key] : null) !== value,
  );
  if (custom.length > 0) changed.custom = Object.fromEntries(custom);
  if (changed.priority !== undefined || changed.custom !== undefined) {
    events.push({ type: 'OrderFactsChanged', data: changed });
  }
  return events;
};

/** Attaches a document by link; name and link come sealed. */
export const addAttachment = (command: DataOf<'AttachmentAdded'>, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.desk.attachments.some((one) => one.attachmentId === command.attachmentId)) return [];
  return [{ type: 'AttachmentAdded', data: command }];
};

/** @throws Refused ATTACHMENT_NOT_FOUND */
export const removeAttachment = (command: DataOf<'AttachmentRemoved'>, order: Order): OrderEvent[] => {
  mustExist(order);
  const { attachmentId } = command;
  if (!order.desk.attachments.some((one) => one.attachmentId === attachmentId)) {
    throw new Refused('ATTACHMENT_NOT_FOUND', { ...about(order), attachmentId });
  }
  return [{ type: 'AttachmentRemoved', data: command }];
};

/** @throws Refused LINE_NOT_FOUND */
export const raiseComplaint = (command: DataOf<'ComplaintRaised'>, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.desk.complaints.some((one) => one.complaintId === command.complaintId)) return [];
  for (const lineId of command.lineIds) {
    if (!order.lines.some((line) => line.lineId === lineId)) {
      throw new Refused('LINE_NOT_FOUND', { ...about(order), lineId });
    }
  }
  return [{ type: 'ComplaintRaised', data: command }];
};

/** @throws Refused COMPLAINT_NOT_FOUND, COMPLAINT_RESOLVED (with another outcome) */
export const resolveComplaint = (command: DataOf<'ComplaintResolved'>, order: Order): OrderEvent[] => {
  mustExist(order);
  const { complaintId, outcome } = command;
  const complaint = order.desk.complaints.find((one) => one.complaintId === complaintId);
  if (complaint === undefined) throw new Refused('COMPLAINT_NOT_FOUND', { ...about(order), complaintId });
  if (complaint.outcome === outcome) return [];
  if (complaint.outcome !== null) throw new Refused('COMPLAINT_RESOLVED', { ...about(order), complaintId });
  return [{ type: 'ComplaintResolved', data: command }];
};

/** @throws Refused CHANNEL_NEWS_NOT_FOUND */
export const settleNews = (command: DataOf<'ChannelNewsSettled'>, order: Order): OrderEvent[] => {
  mustExist(order);
  const news = order.desk.channelNews.find((one) => one.newsId === command.newsId);
  if (news === undefined) throw new Refused('CHANNEL_NEWS_NOT_FOUND', { ...about(order), newsId: command.newsId });
  return news.settledAt === null ? [{ type: 'ChannelNewsSettled', data: command }] : [];
};
