import {
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The span context in a W3C `traceparent`, or undefined when it is none (https://www.w3.org/TR/trace-context/). */
export function parseTraceparent(header: string | undefined): SpanContext | undefined {
  const match = header === undefined ? null : TRACEPARENT.exec(header);
  const [, traceId = '', spanId = '', flags = '00'] = match ?? [];
  if (!match || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

/** Writes a span context as `traceparent`. */
export const formatTraceparent = (context: SpanContext): string =>
  `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;

/** A span under way. */
export interface Traced {
  /** To pass on in event metadata and headers. */
  readonly traceparent: string | undefined;
  /** Ends the span; an error marks it as failed. */
  end(error?: unknown): void;
}

/**
 * Traces of one service. Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set: then nothing is loaded or recorded, and a
 * caller's `traceparent` is passed on as it came. Context travels in arguments and event metadata, not in
 * AsyncLocalStorage, whose cost every await of every request would pay.
 */
export class Tracing {
  private constructor(
    private readonly tracer: Tracer | undefined,
    private readonly stop: () => Promise<void>,
  ) {}

  /** True when spans are recorded. */
  get enabled(): boolean {
    return this.tracer !== undefined;
  }

  /** Starts tracing when an endpoint is given. The exporter is loaded only then. */
  static async start(service: string, endpoint: string | undefined): Promise<Tracing> {
    if (!endpoint) return new Tracing(undefined, async () => {});
    const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
      await Promise.all([
        import('@opentelemetry/sdk-trace-node'),
        import('@opentelemetry/exporter-trace-otlp-http'),
        import('@opentelemetry/resources'),
      ]);
    const provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': `orderloom-${service}` }),
      spanProcessors: [
        new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })),
      ],
    });
    // Not registered globally: several services may share a process, each with its own name.
    return new Tracing(provider.getTracer('orderloom'), () => provider.shutdown());
  }

  /** Begins a span under a caller's `traceparent`. */
  span(
    name: string,
    parent?: string,
    attributes: Record<string, string | number> = {},
    kind = SpanKind.INTERNAL,
  ): Traced {
    if (!this.tracer) return { traceparent: parent, end: () => {} };
    const context = parseTraceparent(parent);
    const root = context ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
    const span: Span = this.tracer.startSpan(name, { kind, attributes }, root);
    return {
      traceparent: formatTraceparent(span.spanContext()),
      end: (error) => {
        if (error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : String(error) });
        }
        span.end();
      },
    };
  }

  /** Runs something inside a span; `work` gets the traceparent to pass on. */
  async within<T>(name: string, parent: string | undefined, work: (traceparent?: string) => Promise<T>): Promise<T> {
    if (!this.tracer) return work(parent);
    const span = this.span(name, parent);
    try {
      const result = await work(span.traceparent);
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  /** Sends what is left and stops. */
  close(): Promise<void> {
    return this.stop();
  }
}
