import { defineMessages } from './message.js';

/** Codes of the notification service. */
export const notificationMessages = defineMessages({
  NOTIFICATION_NOT_FOUND: {
    status: 404,
    en: 'There is no notification {notificationId}.',
    'zh-CN': '没有通知 {notificationId}。',
  },
  RECIPIENT_MISSING: { status: 422, en: 'No e-mail address is known.', 'zh-CN': '没有已知的电子邮件地址。' },
  DELIVERY_FAILED: {
    status: 502,
    en: 'The mail server did not accept the message.',
    'zh-CN': '邮件服务器未接收该邮件。',
  },
});
