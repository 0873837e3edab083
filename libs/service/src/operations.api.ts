import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DeadLetter } from '@orderloom/messaging';

/** A rebuild of a read model. */
export class RebuildView {
  @ApiPropertyOptional() name?: string;
  @ApiProperty() status!: string;
  @ApiPropertyOptional({ description: 'Part that is done, 0–1.' }) share?: number;
  @ApiPropertyOptional() eventsPerSecond?: number;
  @ApiPropertyOptional({ nullable: true, type: Number }) etaSeconds?: number | null;
}

class ProjectionLag {
  @ApiProperty() name!: string;
  @ApiProperty({ description: 'Log positions between the last event and what the read model holds.' }) lag!: number;
  @ApiPropertyOptional({ type: RebuildView, description: 'The last rebuild of this process.' }) rebuild?: RebuildView;
}

class GroupLag {
  @ApiProperty() group!: string;
  @ApiProperty({ type: [String] }) topics!: readonly string[];
  @ApiProperty({ description: 'Events that are still to be handled.' }) lag!: number;
}

class RelayLag {
  @ApiProperty({ description: 'Log positions between the last event and the last published one.' }) lag!: number;
}

/** The moving parts of a service. */
export class Overview {
  @ApiProperty() service!: string;
  @ApiProperty({ type: RelayLag }) relay!: RelayLag;
  @ApiProperty({ type: [ProjectionLag] }) projections!: ProjectionLag[];
  @ApiProperty({ type: [GroupLag] }) groups!: GroupLag[];
}

class DeadLetterView {
  @ApiProperty() topic!: string;
  @ApiProperty() group!: string;
  @ApiProperty({ nullable: true, type: String, description: 'Stream id.' }) key!: string | null;
  @ApiProperty({ enum: ['dead', 'parked'], description: '`parked` waits behind a dead one of its key.' }) kind!: string;
  @ApiProperty({ description: 'Stable code of the failure.' }) code!: string;
  @ApiProperty() message!: string;
  @ApiProperty() attempts!: number;
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty() partition!: number;
  @ApiProperty() offset!: string;
  @ApiPropertyOptional() eventId?: string;
  @ApiPropertyOptional() type?: string;
  @ApiProperty({ description: 'A replay was asked for and has not been tried yet.' }) replaying!: boolean;
}

export class DeadLetterList {
  @ApiProperty({ type: [DeadLetterView] }) items!: DeadLetter[];
}

export class ReplayedKeys {
  @ApiProperty({ description: 'Keys whose messages will be handled again.' }) keys!: number;
}

export class DiscardedMessages {
  @ApiProperty({ description: 'Messages given up.' }) messages!: number;
}
