import { isRefused, type Locale, type RefusalCode, text } from '@orderloom/contracts';
import type { Command, DomainEvent, Repository } from '@orderloom/event-sourcing';
import { type CommandRequest, contextFor, type RecordedView } from './command-answer.js';

/** How a bulk command came in: it has no one revision to answer with. */
export type BulkRequest = Omit<CommandRequest, 'reply'>;

const bare = <E extends DomainEvent>(events: readonly E[]): RecordedView[] =>
  events.map(({ type, data }) => ({ type, data }));

/** One entry of a bulk answer: what a single command would have answered, or why it was refused. */
export type BulkEntry =
  | {
      readonly ok: true;
      readonly id: string;
      readonly revision: string;
      readonly changed: boolean;
      readonly events: readonly RecordedView[];
      readonly state: unknown;
    }
  | {
      readonly ok: true;
      readonly dryRun: true;
      readonly id: string;
      readonly revision: string;
      readonly events: readonly RecordedView[];
      readonly change: { readonly before: unknown; readonly after: unknown };
    }
  | {
      readonly ok: false;
      readonly id: string;
      readonly status: number;
      readonly code: RefusalCode;
      readonly detail: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** A refusal as an entry. @throws what is no refusal */
export const refusedEntry = (id: string, error: unknown, locale: Locale): BulkEntry => {
  if (!isRefused(error)) throw error;
  const { code, details, status } = error;
  return { ok: false, id, status, code, detail: text(code, locale, details), details };
};

/**
 * Runs commands on many aggregates the way every endpoint does, each settled on its own.
 * @param show the part of the state that readers see
 */
export const runMany = async <S, E extends DomainEvent>(
  repository: Repository<S, E>,
  commands: readonly Pick<Command<S, E>, 'id' | 'decide'>[],
  request: BulkRequest,
  show: (state: S) => unknown,
): Promise<BulkEntry[]> => {
  const context = contextFor(request);
  const { locale } = request.context;
  if (request.dryRun) {
    return Promise.all(
      commands.map(async ({ id, decide }) => {
        try {
          const { events, before, after, revision } = await repository.preview(id, decide, context);
          const change = { before: show(before), after: show(after) };
          return { ok: true, dryRun: true, id, revision: revision.toString(), events: bare(events), change };
        } catch (error) {
          return refusedEntry(id, error, locale);
        }
      }),
    );
  }
  const settled = await repository.handleMany(commands.map((command) => ({ ...command, context })));
  return settled.map((outcome, index) => {
    if (!outcome.ok) return refusedEntry(commands[index]?.id ?? outcome.id, outcome.error, locale);
    const { id, revision, changed, events, state } = outcome.value;
    const recorded = events.map(({ type, data }) => ({ type, data }));
    return { ok: true, id, revision: revision.toString(), changed, events: recorded, state: show(state) };
  });
};
