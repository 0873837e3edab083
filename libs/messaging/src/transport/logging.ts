import kafkajs, { type logCreator } from 'kafkajs';
import type { MessagingLogger } from '../types.js';

const { logLevel } = kafkajs;

// kafkajs calls every lost connection and every rebalance an error. They are daily bread, and what comes of them is
// logged where it matters (membership.ts, publisher.ts), so these arrive as debug and its other errors as warnings.
const CHATTY = new Set(['Connection', 'BrokerPool', 'Producer']);

export const kafkajsLogs =
  (logger: MessagingLogger): logCreator =>
  () =>
  ({ namespace, level, log }) => {
    const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...details } = log;
    if (level === logLevel.ERROR && !CHATTY.has(namespace)) logger.warn({ ...details, kafkajs: namespace }, message);
    else logger.debug({ ...details, kafkajs: namespace }, message);
  };
