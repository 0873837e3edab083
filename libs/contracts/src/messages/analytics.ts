import { defineMessages } from './message.js';

/** Codes of the analytics service. */
export const analyticsMessages = defineMessages({
  RANGE_INVALID: {
    status: 422,
    en: 'The time range must start before it ends.',
    'zh-CN': '时间范围的起点必须早于终点。',
  },
});
