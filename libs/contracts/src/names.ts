/** The services that record events; the gateway records none. */
export const serviceNames = ['order', 'inventory', 'logistics', 'notification', 'analytics', 'customer'] as const;

/** Name of a service that records events. */
export type ServiceName = (typeof serviceNames)[number];

/** The Kafka topic that carries every event of a service, oldest first per key. */
export const topicOf: Readonly<Record<ServiceName, string>> = {
  order: 'orders.v1',
  inventory: 'inventory.v1',
  logistics: 'logistics.v1',
  notification: 'notifications.v1',
  analytics: 'alerts.v1',
  customer: 'customers.v1',
};

/** Partitions of every topic. Fixed for good when a topic is created: order per key would not survive a change. */
export const PARTITIONS = 24;

/** Topic that holds the messages a consumer group could not handle, in their original order per key. */
export const deadLetterTopic = (topic: string, group: string): string => `${topic}.${group}.dlq`;

/** Stream id prefixes by the service that owns them. A stream id is `<prefix>-<id>`, and also the Kafka key. */
export const streamPrefixes: Readonly<Record<ServiceName, readonly string[]>> = {
  order: ['order-', 'return-', 'balance-', 'invoices-', 'desk-'],
  inventory: ['product-', 'stock-', 'sourcing-', 'supplier-', 'purchase-', 'location-', 'profile-'],
  logistics: ['fulfilment-', 'shipment-', 'deliveryterms-'],
  notification: ['notification-'],
  analytics: ['alert-'],
  customer: ['customer-', 'ticket-'],
};

/** True when `value` names a service that records events. */
export const isServiceName = (value: string): value is ServiceName =>
  (serviceNames as readonly string[]).includes(value);
