import type { CommandContext, DomainEvent, Handled, Repository } from '@orderloom/event-sourcing';
import { etagOf, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';

/** How a command came in over HTTP. */
export interface CommandRequest {
  readonly context: RequestContext;
  readonly ifMatch?: bigint | undefined;
  readonly dryRun: boolean;
  readonly reply: FastifyReply;
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

/**
 * Runs a command the way every endpoint does.
 * @param show the part of the state that readers see
 * @throws Refused what the command refuses; REVISION_CONFLICT when `If-Match` names another revision
 */
export const runCommand = async <S, E extends DomainEvent>(
  repository: Repository<S, E>,
  id: string,
  decide: (state: S) => readonly E[],
  request: CommandRequest,
  show: (state: S) => unknown,
): Promise<CommandAnswer | DryRunAnswer> => {
  const context = contextFor(request);
  if (request.dryRun) {
    const { events, before, after, revision } = await repository.preview(id, decide, context);
    const change = { before: show(before), after: show(after) };
    return { dryRun: true, id, revision: revision.toString(), events: bare(events), change };
  }
  const handled: Handled<S, E> = await repository.handle(id, decide, context);
  void request.reply.header('etag', etagOf(handled.revision));
  return {
    id,
    revision: handled.revision.toString(),
    changed: handled.changed,
    events: handled.events.map(({ type, data }) => ({ type, data })),
    state: show(handled.state),
  };
};
