import { Injectable } from '@nestjs/common';
import { deterministicId } from '@orderloom/event-sourcing';
import { Clock, type RequestContext } from '@orderloom/platform';
import type { Filter } from 'mongodb';
import { measure } from '../carriers/measures.js';
import { ReferenceData } from '../data/reference-data.js';
import type { FulfilmentDocument } from '../fulfilment/fulfilments.projection.js';
import { Promises, shipmentIdOf } from '../promise/promises.js';
import { WaveRepository } from '../repositories.js';
import { Views } from '../views.js';
import { planWave } from './decide.js';
import { planWaves, type WaveCandidate } from './plan-waves.js';
import type { Wave, WaveFacts } from './wave.js';
import type { PlanWavesBody } from './waves.dto.js';

/** Fulfilments looked at together, the most urgent first; the rest waits for the next plan. */
const MOST = 500;

/** Makes waves of what is open at a location. */
@Injectable()
export class WavePlanner {
  constructor(
    private readonly waves: WaveRepository,
    private readonly promises: Promises,
    private readonly reference: ReferenceData,
    private readonly views: Views,
    private readonly clock: Clock,
  ) {}

  /** Records the waves unless it is a dry run. The same plan made twice is one. */
  async plan(rules: PlanWavesBody, context: RequestContext, dryRun: boolean): Promise<readonly WaveFacts[]> {
    const data = await this.reference.fresh();
    const { location, carrier, dueBefore } = rules;
    const filter: Filter<FulfilmentDocument> = {
      location,
      status: { $in: ['CREATED', 'ACCEPTED'] },
      ...(dueBefore === undefined ? {} : { dueAt: { $gt: '', $lte: new Date(dueBefore).toISOString() } }),
    };
    const open = await this.views.fulfilments
      .collection()
      .find(filter)
      .sort({ createdAt: 1, _id: 1 })
      .limit(MOST)
      .toArray();
    const taken = await this.#taken(open.map(({ _id }) => _id));
    const at = this.clock.millis();
    const candidates = open
      .filter(({ _id }) => !taken.has(_id))
      .map((doc): WaveCandidate => {
        const measures = measure(doc.items, data);
        const way = this.promises.likely({
          location,
          country: doc.country,
          measures,
          parcels: 1,
          heaviestGrams: measures.weightGrams,
          requiredBy: doc.requiredBy ?? undefined,
          at,
          handling: true,
          shipmentId: shipmentIdOf(doc._id),
        });
        return {
          fulfilmentId: doc._id,
          carrier: way?.carrier ?? null,
          zone: way?.zone.zone ?? null,
          dueAt: doc.dueAt,
          items: doc.items,
        };
      })
      .filter((candidate) => carrier === undefined || candidate.carrier === carrier);
    const by = rules.by ?? ['carrier', 'zone'];
    const planned = planWaves(candidates, {
      maxFulfilments: rules.maxFulfilments,
      maxUnits: rules.maxUnits,
      by,
      deadlineSpreadMs: rules.deadlineSpreadHours * 3_600_000,
    });
    const facts = planned.map(
      (wave): WaveFacts => ({
        ...wave,
        waveId: deterministicId('wave', location, ...wave.fulfilmentIds),
        location,
        reason: `by ${[...by, 'deadline', 'shared products'].join(', ')}; ${wave.sharedStops} walks saved`,
      }),
    );
    if (!dryRun) await this.#record(facts, context);
    return facts;
  }

  async #taken(fulfilmentIds: readonly string[]): Promise<Set<string>> {
    const filter = {
      record: 'wave' as const,
      fulfilmentIds: { $in: [...fulfilmentIds] },
      status: { $in: ['PLANNED' as const, 'STARTED' as const] },
    };
    const found = await this.views.records.collection().find(filter).toArray();
    return new Set(found.flatMap((doc) => (doc.record === 'wave' ? doc.fulfilmentIds : [])));
  }

  async #record(facts: readonly WaveFacts[], { actor, correlationId, now }: RequestContext): Promise<void> {
    const settled = await this.waves.handleMany(
      facts.map((wave) => ({
        id: wave.waveId,
        decide: (state: Wave) => planWave(wave, state),
        context: { actor, correlationId, now },
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
    const last = settled.at(-1);
    // The next plan must not take the same fulfilments again.
    if (last?.ok) {
      await this.views.records
        .waitFor(this.waves.streamOf(last.value.id), last.value.revision, 2_000)
        .catch(() => undefined);
    }
  }
}
