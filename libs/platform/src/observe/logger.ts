import type { LoggerService } from '@nestjs/common';
import { type Level, type Logger as Pino, pino } from 'pino';

type Write = { (fields: object, message?: string): void; (message: string): void };

/** Structured log, pino's interface; inject it by this class. Never log personal data or secrets. */
export abstract class Logger {
  abstract debug: Write;
  abstract info: Write;
  abstract warn: Write;
  abstract error: Write;
  abstract child(fields: object): Logger;
}

/** Makes the log of a service: one JSON object per line, to stdout unless a destination is given. */
export function createLogger(
  service: string,
  level: Level | 'silent',
  destination?: { write(line: string): void },
): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Request headers are never logged on purpose; should an object carry them, these stay out.
    redact: ['authorization', 'headers.authorization', 'req.headers.authorization', 'token', 'password'],
  };
  const made: Pino = destination ? pino(options, destination) : pino(options);
  return made;
}

/** Nest's own messages, sent to pino. Its start-up chatter is debug here: boot is one line of ours. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: contextOf(rest) }, String(message));
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: contextOf(rest) }, String(message));
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: contextOf(rest) }, String(message));
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ context: contextOf(rest) }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(
      { context: contextOf(rest), err: message instanceof Error ? message : undefined },
      String(message),
    );
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}

const contextOf = (rest: unknown[]): string | undefined => {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
};
