import { Inject, Injectable } from '@nestjs/common';
import { Refused } from '@orderloom/contracts';
import { Authenticator, InjectSettings } from '@orderloom/platform';
import { TARGETS, type Targets } from './forwarding.js';

/** A revocation is known here after this, ms. */
const FRESH_MS = 5_000;

/**
 * Tokens that were taken back, for the few addresses that the gateway answers itself: it reaches no database, so it asks
 * the service that keeps them, and only while such requests come.
 */
@Injectable()
export class GatewayRevocations {
  #ids: ReadonlySet<string> | undefined;
  #readAt = 0;
  #reading: Promise<void> | undefined;

  constructor(
    authenticator: Authenticator,
    @Inject(TARGETS) private readonly targets: Targets,
    @InjectSettings() private readonly settings: { readonly ORDERLOOM_ADMIN_TOKEN: string },
  ) {
    authenticator.revocations = this;
  }

  isRevoked(tokenId: string): boolean | Promise<boolean> {
    if (this.#ids !== undefined && Date.now() - this.#readAt < FRESH_MS) return this.#ids.has(tokenId);
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading.then(() => this.#ids?.has(tokenId) === true);
  }

  async #read(): Promise<void> {
    try {
      const authorization = `Bearer ${this.settings.ORDERLOOM_ADMIN_TOKEN}`;
      const { ids } = (await this.targets.order.json('/api/tokens/revoked', { authorization })) as { ids: string[] };
      this.#ids = new Set(ids);
      this.#readAt = Date.now();
    } catch {
      // Not knowing is no reason to let somebody in.
      throw new Refused('UNAVAILABLE');
    }
  }
}
