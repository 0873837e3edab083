import type { Clock } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { PaymentSimulation, SimulationSetting } from './simulated-provider.js';

interface Stored extends PaymentSimulation {
  _id: 'simulation';
}

/** How long a reading is good for: others may have changed it since. */
const FRESH_MS = 2_000;

/** The setting of the simulated provider as one document. */
export class StoredSimulation implements SimulationSetting {
  readonly #documents: Collection<Stored>;
  #known: { simulation: PaymentSimulation; until: number } | undefined;

  constructor(
    connection: Connection,
    private readonly clock: Clock,
    private readonly initially: PaymentSimulation,
  ) {
    this.#documents = connection.getClient().db(connection.name).collection<Stored>('payment_simulation');
  }

  async read(): Promise<PaymentSimulation> {
    if (this.#known !== undefined && this.clock.millis() < this.#known.until) return this.#known.simulation;
    const stored = await this.#documents.findOne({ _id: 'simulation' });
    if (stored === null) return this.#keep(this.initially);
    const { _id, ...simulation } = stored;
    return this.#keep({ ...this.initially, ...simulation });
  }

  async write(simulation: PaymentSimulation): Promise<void> {
    await this.#documents.updateOne({ _id: 'simulation' }, { $set: simulation }, { upsert: true });
    this.#keep(simulation);
  }

  async takeFailure(): Promise<boolean> {
    const taken = await this.#documents.updateOne(
      { _id: 'simulation', failNext: { $gt: 0 } },
      { $inc: { failNext: -1 } },
    );
    this.#known = undefined;
    return taken.modifiedCount === 1;
  }

  #keep(simulation: PaymentSimulation): PaymentSimulation {
    this.#known = { simulation, until: this.clock.millis() + FRESH_MS };
    return simulation;
  }
}
