import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { PaymentSimulation, SimulationSetting } from './simulated-provider.js';

interface Stored extends PaymentSimulation {
  _id: 'simulation';
}

/** The setting of the simulated provider as one document. */
export class StoredSimulation implements SimulationSetting {
  readonly #documents: Collection<Stored>;
  #next: Promise<PaymentSimulation> | undefined;

  constructor(
    connection: Connection,
    private readonly initially: PaymentSimulation,
  ) {
    this.#documents = connection.getClient().db(connection.name).collection<Stored>('payment_simulation');
  }

  /**
   * As it is now, also when another process has set it: what an operator was told to be set holds for every request after
   * that. Requests of one batch share a reading that none of them came after.
   */
  read(): Promise<PaymentSimulation> {
    this.#next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.#next = undefined;
      return this.#stored();
    });
    return this.#next;
  }

  async write(simulation: PaymentSimulation): Promise<void> {
    await this.#documents.updateOne({ _id: 'simulation' }, { $set: simulation }, { upsert: true });
  }

  async takeFailure(): Promise<boolean> {
    const taken = await this.#documents.updateOne(
      { _id: 'simulation', failNext: { $gt: 0 } },
      { $inc: { failNext: -1 } },
    );
    return taken.modifiedCount === 1;
  }

  async #stored(): Promise<PaymentSimulation> {
    const stored = await this.#documents.findOne({ _id: 'simulation' });
    if (stored === null) return this.initially;
    const { _id, ...simulation } = stored;
    return { ...this.initially, ...simulation };
  }
}
