import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Clock } from '../clock.js';
import type { Logger } from '../observe/logger.js';
import type { BaseKinds } from '../settings/common.js';
import type { SettingsOf, SettingsSpec } from '../settings/define.js';

/** A program: its settings and the Nest module made from them. */
export interface ServiceDefinition<S extends SettingsSpec = SettingsSpec<BaseKinds>> {
  /** `order`, `inventory`, …; names the database `orderloom_<name>` and labels logs and metrics. */
  name: string;
  settings: S;
  module(settings: SettingsOf<S>): DynamicModule | Type;
  /** Title and text of the OpenAPI document. */
  api?: { title: string; description: string };
}

/** Keeps the settings' type through the definition. */
export const defineService = <S extends SettingsSpec<BaseKinds>>(
  definition: ServiceDefinition<S>,
): ServiceDefinition<S> => definition;

/** Options of `startService`, for tests and for running several services in one process. */
export interface StartOptions {
  /** Open a port (default). Without one, requests come in through `handle`. */
  listen?: boolean;
  logger?: Logger;
  clock?: Clock;
  /** Also publish the process's own metrics; for the one service of a process. */
  processMetrics?: boolean;
}

/** A service that is up. */
export interface RunningService {
  readonly name: string;
  /** `http://127.0.0.1:<port>`, when it listens. */
  readonly url?: string;
  readonly app: NestFastifyApplication;
  /** Hands over a raw request without a socket of its own: dispatch between services of one process. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** True when every readiness check passes. */
  ready(): Promise<boolean>;
  /** The OpenAPI document. */
  openapi(): object;
  /** Orderly stop; repeating it is harmless. */
  close(): Promise<void>;
}
