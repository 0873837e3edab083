import { Refused } from '@orderloom/contracts';
import {
  type Aggregate,
  type Command,
  type CommandContext,
  type DomainEvent,
  type EventStore,
  type Handled,
  Repository,
  type RepositoryOptions,
  type Settled,
} from '@orderloom/event-sourcing';
import { KeyErased, OpenNote, type SealText, type Vault, withSealedNotes } from '@orderloom/platform';

/** Where people write in their own words, and whose the words are. */
export interface Words<S, E extends DomainEvent> {
  /** Events with a `note`, each with further fields that are free text. */
  readonly events: Readonly<Partial<Record<E['type'], readonly string[]>>>;
  /** The key they lie under. @param events what was decided, for streams that begin with it */
  keyIdOf(id: string, state: S, events: readonly E[]): string;
}

const refuseToKeep = (): never => {
  throw new OpenNote();
};

/**
 * A repository that keeps no words of people in the clear: whoever decides an event with a note has it sealed before it
 * is appended. Deciders know nothing of it, and commands without notes cost nothing more.
 */
export class SealingRepository<S, E extends DomainEvent> extends Repository<S, E> {
  constructor(
    store: Pick<EventStore, 'append' | 'read'>,
    aggregate: Aggregate<S, E>,
    private readonly vault: Vault,
    private readonly words: Words<S, E>,
    options: RepositoryOptions = {},
  ) {
    super(store, aggregate, options);
  }

  override async handle(
    id: string,
    decide: (state: S) => readonly E[],
    context: CommandContext,
  ): Promise<Handled<S, E>> {
    try {
      return await super.handle(id, this.#guarded(decide, refuseToKeep), context);
    } catch (error) {
      if (!(error instanceof OpenNote)) throw error;
      return super.handle(id, this.#guarded(decide, await this.#sealer(id, decide)), context);
    }
  }

  override async handleMany(commands: readonly Command<S, E>[]): Promise<Settled<S, E>[]> {
    const settled = await super.handleMany(
      commands.map((command) => ({ ...command, decide: this.#guarded(command.decide, refuseToKeep) })),
    );
    const noted = commands.flatMap((command, index) => {
      const outcome = settled[index];
      return outcome?.ok === false && outcome.error instanceof OpenNote ? [{ command, index }] : [];
    });
    if (noted.length === 0) return settled;
    const again = await super.handleMany(
      await Promise.all(
        noted.map(async ({ command: { id, decide, context } }) => {
          const seal = await this.#sealer(id, decide).catch((error: unknown) => () => {
            throw error;
          });
          return { id, context, decide: this.#guarded(decide, seal) };
        }),
      ),
    );
    const places = new Map(noted.map(({ index }, place) => [index, place]));
    return settled.map((outcome, index) => again[places.get(index) ?? -1] ?? outcome);
  }

  #guarded(decide: (state: S) => readonly E[], seal: SealText): (state: S) => readonly E[] {
    return (state) =>
      decide(state).map((event) => {
        const fields = this.words.events[event.type as E['type']];
        if (fields === undefined) return event;
        const data: unknown = withSealedNotes(event.data, seal, fields);
        return data === event.data ? event : { ...event, data };
      });
  }

  /** @throws Refused CUSTOMER_ERASED: nothing more is written about somebody who was erased */
  async #sealer(id: string, decide: (state: S) => readonly E[]): Promise<SealText> {
    const { state } = await this.load(id);
    const keyId = this.words.keyIdOf(id, state, decide(state));
    try {
      return await this.vault.sealer(keyId);
    } catch (error) {
      if (!(error instanceof KeyErased)) throw error;
      throw new Refused('CUSTOMER_ERASED', { customerId: keyId.replace(/^\w+:/, '') });
    }
  }
}
