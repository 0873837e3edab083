import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { Clock } from '@orderloom/platform';
import type { ReturnPolicy } from '../after-sales/return-policy.js';
import type { Adapter } from '../channels/adapter.js';
import type { Channel } from '../channels/channel.js';
import { shippedAdapters } from '../channels/shipped/index.js';
import type { CustomField } from '../facts/custom-fields.js';
import { Registry } from './registry.js';

/** Everything a company sets up as data for intake and after-sales. */
@Injectable()
export class CompanySettings implements OnApplicationBootstrap {
  readonly channels: Registry<Channel>;
  readonly adapters: Registry<Adapter>;
  readonly customFields: Registry<CustomField>;
  readonly returnPolicies: Registry<ReturnPolicy>;

  constructor(store: EventStore, clock: Clock) {
    this.channels = new Registry(store, 'channels', clock);
    this.adapters = new Registry(store, 'channel-adapters', clock, shippedAdapters);
    this.customFields = new Registry(store, 'custom-fields', clock);
    this.returnPolicies = new Registry(store, 'return-policies', clock);
  }

  /** Read before the first order comes in, so that none is numbered or checked by settings that are not there yet. */
  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.channels, this.adapters, this.customFields, this.returnPolicies].map((one) => one.all()));
  }
}
