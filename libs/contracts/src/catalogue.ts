import type { EventDefinition, EventOf } from './envelope.js';
import { analyticsEvents } from './events/analytics.js';
import { balanceEvents } from './events/balance.js';
import { customerEvents } from './events/customer.js';
import { inventoryEvents } from './events/inventory.js';
import { invoiceEvents } from './events/invoice.js';
import { logisticsEvents } from './events/logistics.js';
import { notificationEvents } from './events/notification.js';
import { orderEvents } from './events/order.js';

const all = [
  ...orderEvents,
  ...balanceEvents,
  ...invoiceEvents,
  ...inventoryEvents,
  ...logisticsEvents,
  ...customerEvents,
  ...notificationEvents,
  ...analyticsEvents,
] as const;

/** Every version of every public event. */
export const eventCatalogue: readonly EventDefinition[] = all;

/** Any public event, discriminated by `type`. */
export type PublicEvent = EventOf<(typeof all)[number]>;

const byType = new Map(eventCatalogue.map((definition) => [definition.type as string, definition]));
const byName = new Map<string, EventDefinition>(
  eventCatalogue.map((definition) => [`${definition.service}/${definition.name}/${definition.version}`, definition]),
);

/** The definition of a full public type (`orderloom.order.OrderSubmitted.v1`), if there is one. */
export const findEvent = (type: string): EventDefinition | undefined => byType.get(type);

/** The definition for a stored event: its service, bare name and `schemaVersion` (1 when not given). */
export const findStoredEvent = (service: string, name: string, version = 1): EventDefinition | undefined =>
  byName.get(`${service}/${name}/${version}`);
