import type { LogisticsEventData } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import type { Difference } from './difference.js';
import { compareIds } from './difference.js';
import type { ReplayedOrder } from './orders.js';

/** What the `fulfilment-` and `shipment-` streams say of each release. */
export class FulfilmentReplay {
  readonly fulfilments = new Map<string, { readonly orderId: string; shipments: string[] }>();
  readonly shipments = new Map<string, { readonly orderId: string; delivered: number }>();
  /** Those made by splitting another one. */
  readonly parts = new Set<string>();
  readonly differences: Difference[] = [];

  add(event: RecordedEvent): void {
    const id = event.streamId.slice(event.streamId.indexOf('-') + 1);
    switch (event.type) {
      case 'FulfilmentCreated': {
        const { orderId, releaseId } = event.data as LogisticsEventData['FulfilmentCreated'];
        if (releaseId !== undefined) this.parts.add(id);
        if (this.fulfilments.has(id)) this.#say(id, 'was created twice');
        this.fulfilments.set(id, { orderId, shipments: [] });
        return;
      }
      case 'FulfilmentShipped': {
        const { shipmentId } = event.data as LogisticsEventData['FulfilmentShipped'];
        this.fulfilments.get(id)?.shipments.push(shipmentId);
        return;
      }
      case 'ShipmentDispatched': {
        const { orderId } = event.data as LogisticsEventData['ShipmentDispatched'];
        if (this.shipments.has(id)) this.#say(id, 'was dispatched twice');
        this.shipments.set(id, { orderId, delivered: 0 });
        return;
      }
      case 'ShipmentDelivered': {
        const shipment = this.shipments.get(id);
        if (!shipment) this.#say(id, 'was delivered before it was dispatched');
        else if (++shipment.delivered > 1) this.#say(id, 'was delivered twice');
        return;
      }
    }
  }

  #say(id: string, detail: string): void {
    this.differences.push({ check: 'fulfilment', id, detail });
  }
}

/** One fulfilment per release, one handover per fulfilment, and the order knows each parcel. */
export function compareFulfilments(
  {
    fulfilments,
    shipments,
    parts,
  }: Pick<FulfilmentReplay, 'fulfilments' | 'shipments'> & Partial<Pick<FulfilmentReplay, 'parts'>>,
  orders: ReadonlyMap<string, ReplayedOrder>,
): Difference[] {
  const live = [...orders.values()].map(({ order }) => order).filter(({ mode }) => mode === 'live');
  const differences = [
    ...compareIds(
      'fulfilment',
      live.flatMap((order) => order.fulfilments.map(({ fulfilmentId }) => fulfilmentId)),
      [...fulfilments.keys()].filter((id) => !parts?.has(id)),
      { missing: 'was released and never created', unexpected: 'was created and never released' },
    ),
    ...compareIds(
      'fulfilment',
      live.flatMap((order) => order.shipments.map(({ shipmentId }) => shipmentId)),
      shipments.keys(),
      {
        missing: 'is known to the order and was never dispatched',
        unexpected: 'was dispatched and the order knows nothing',
      },
    ),
  ];
  for (const [id, fulfilment] of fulfilments) {
    if (fulfilment.shipments.length > 1) {
      differences.push({ check: 'fulfilment', id, detail: `was handed over as ${fulfilment.shipments.join(', ')}` });
    }
  }
  return differences;
}
