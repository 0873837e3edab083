import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { CommandContext, DomainEvent, Handled, Repository } from '@orderloom/event-sourcing';
import { etagOf, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';

/** How a command came in over HTTP. */
export interface CommandRequest {
  readonly context: RequestContext;
  readonly ifMatch?: bigint | undefined;
  readonly dryRun: boolean;
  /** Gets the new revision as its ETag. */
  readonly reply: FastifyReply;
}

/** An event as answers show it. */
export class RecordedView {
  @ApiProperty({ description: 'Bare name, e.g. `OrderSubmitted`.' }) readonly type!: string;
  @ApiProperty({ type: Object, description: 'Personal data in it is sealed.' }) readonly data!: unknown;
}

/** What a dry run would change. */
export class ChangeView {
  @ApiProperty({ type: Object, nullable: true }) readonly before!: unknown;
  @ApiProperty({ type: Object, nullable: true }) readonly after!: unknown;
}

/** What a command answers: the resource as it stands then and what was recorded, or, for a dry run, what would be. */
export class CommandAnswer {
  @ApiProperty() readonly id!: string;
  @ApiProperty({ description: 'Revision of the resource, for `If-Match`.' }) readonly revision!: string;
  @ApiPropertyOptional({ description: 'False when it was so already. Absent in a dry run.' })
  readonly changed?: boolean;
  @ApiPropertyOptional({ description: 'True in a dry run: nothing was recorded.' }) readonly dryRun?: true;
  @ApiProperty({ type: [RecordedView] }) readonly events!: readonly RecordedView[];
  @ApiPropertyOptional({ type: Object, nullable: true, description: 'Absent in a dry run.' }) readonly state?: unknown;
  @ApiPropertyOptional({ type: ChangeView, description: 'In a dry run only.' }) readonly change?: ChangeView;
}

/** The context of a command that a request gives. */
export const contextFor = ({ context, ifMatch }: Pick<CommandRequest, 'context' | 'ifMatch'>): CommandContext => ({
  actor: context.actor,
  correlationId: context.correlationId,
  now: context.now,
  ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  ...(ifMatch === undefined ? {} : { expectedRevision: ifMatch }),
});

/** Events without what only the store needs. */
const bare = <E extends DomainEvent>(events: readonly E[]): RecordedView[] =>
  events.map(({ type, data }) => ({ type, data }));

/** The answer to a command that was handled, with the new revision as ETag. */
export const answerOf = <S, E extends DomainEvent>(
  handled: Handled<S, E>,
  { reply }: Pick<CommandRequest, 'reply'>,
  show: (state: S) => unknown,
): CommandAnswer => {
  const { id, revision, changed, events, state } = handled;
  void reply.header('etag', etagOf(revision));
  return {
    id,
    revision: revision.toString(),
    changed,
    events: events.map(({ type, data }) => ({ type, data })),
    state: show(state),
  };
};

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
): Promise<CommandAnswer> => {
  const context = contextFor(request);
  if (request.dryRun) {
    const { events, before, after, revision } = await repository.preview(id, decide, context);
    return {
      dryRun: true,
      id,
      revision: revision.toString(),
      events: bare(events),
      change: { before: show(before), after: show(after) },
    };
  }
  return answerOf(await repository.handle(id, decide, context), request, show);
};
