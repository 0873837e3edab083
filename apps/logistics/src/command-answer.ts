import { isRefused, type Locale, type RefusalCode, text } from '@orderloom/contracts';
import type { Command, CommandContext, DomainEvent, Repository } from '@orderloom/event-sourcing';
import type { RequestContext } from '@orderloom/platform';

/** How a command came in over HTTP. */
export interface CommandRequest {
  readonly context: RequestContext;
  readonly ifMatch?: bigint | undefined;
  readonly dryRun: boolean;
}

/** What a command answers: the resource as it stands then, and what was recorded. */
export interface CommandAnswer {
  readonly id: string;
  readonly revision: string;
  /** False when it was so already. */
  readonly changed: boolean;
  readonly events: readonly { readonly type: string; readonly data: unknown }[];
  readonly state: unknown;
}

/** What a dry run answers: what would be recorded, and the change it would make. */
export interface DryRunAnswer {
  readonly dryRun: true;
  readonly id: string;
  readonly revision: string;
  readonly events: readonly { readonly type: string; readonly data: unknown }[];
  readonly change: { readonly before: unknown; readonly after: unknown };
}

/** The context of a command that a request gives. */
export const contextFor = ({ context, ifMatch }: Pick<CommandRequest, 'context' | 'ifMatch'>): CommandContext => ({
  actor: context.actor,
  correlationId: context.correlationId,
  now: context.now,
  ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  ...(ifMatch === undefined ? {} : { expectedRevision: ifMatch }),
});

const bare = <E extends DomainEvent>(events: readonly E[]) => events.map(({ type, data }) => ({ type, data }));

/** One entry of a bulk answer: what a single command would have answered, or why it was refused. */
export type BulkEntry =
  | (CommandAnswer & { readonly ok: true })
  | (DryRunAnswer & { readonly ok: true })
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
  request: CommandRequest,
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
