import { defineMessages } from './message.js';

/** Codes of the notification service. */
export const notificationMessages = defineMessages({
  NOTIFICATION_NOT_FOUND: {
    status: 404,
    en: 'There is no notification {notificationId}.',
    'zh-CN': '没有通知 {notificationId}。',
  },
  RECIPIENT_MISSING: { status: 422, en: 'No e-mail address is known.', 'zh-CN': '没有已知的电子邮件地址。' },
  RECIPIENT_UNREADABLE: {
    status: 422,
    en: 'The contact cannot be read with the keys of this installation.',
    'zh-CN': '无法用本系统的密钥读取联系方式。',
  },
  MAIL_REFUSED: {
    status: 502,
    en: 'The mail server refused the message for good.',
    'zh-CN': '邮件服务器永久拒收了该邮件。',
  },
  MAIL_DEFERRED: {
    status: 502,
    en: 'The mail server could not be reached, or asked to try again later.',
    'zh-CN': '邮件服务器无法连接，或要求稍后重试。',
  },
});
