/** Which events a provider's method handles, and in which consumer group. */
export interface OnEventsOptions {
  /** Explicit group id, `<service>.<purpose>`. Methods of one group share one consumer. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Full event types; a type belongs to one method of a group. */
  readonly types: readonly string[];
  readonly maxBatch?: number;
  readonly concurrency?: number;
}

const registry = new WeakMap<object, Map<string | symbol, OnEventsOptions[]>>();

/**
 * Marks a method `(events: readonly ReceivedEvent[], context: BatchContext) => Promise<void | BatchResult>` of a Nest
 * provider or controller as the handler of these events. The method must be repeatable, see {@link Subscription}.
 */
export const OnEvents =
  (options: OnEventsOptions): MethodDecorator =>
  (target, method) => {
    const methods = registry.get(target) ?? new Map<string | symbol, OnEventsOptions[]>();
    methods.set(method, [...(methods.get(method) ?? []), options]);
    registry.set(target, methods);
  };

/** The marked methods of an instance, those of its base classes included. */
export const eventMethodsOf = (instance: object): { method: string | symbol; options: OnEventsOptions }[] => {
  const found: { method: string | symbol; options: OnEventsOptions }[] = [];
  for (let proto: object | null = Object.getPrototypeOf(instance); proto; proto = Object.getPrototypeOf(proto)) {
    for (const [method, all] of registry.get(proto) ?? []) {
      for (const options of all) found.push({ method, options });
    }
  }
  return found;
};
