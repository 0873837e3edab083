import { Field } from '@orderloom/platform';

/** How waves are to be made. */
export class PlanWavesBody {
  @Field.string({ max: 100 }) location!: string;
  @Field.string({ optional: true, max: 60, description: 'Only what goes with this carrier.' }) carrier?: string;
  @Field.time({ optional: true, description: 'Only what is due by then.' }) dueBefore?: string;
  @Field.strings({
    optional: true,
    values: ['carrier', 'zone'] as const,
    description: 'What must not be mixed; both when absent.',
  })
  by?: ('carrier' | 'zone')[];
  @Field.integer({ min: 1, max: 200, default: 20 }) maxFulfilments!: number;
  @Field.integer({ min: 1, max: 100_000, default: 500 }) maxUnits!: number;
  @Field.integer({ min: 0, max: 8760, default: 24, description: 'What is due later than this after the first waits.' })
  deadlineSpreadHours!: number;
}
