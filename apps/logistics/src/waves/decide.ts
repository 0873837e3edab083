import { Refused } from '@orderloom/contracts';
import type { Wave, WaveEvent, WaveFacts } from './wave.js';

const factsOf = (waveId: string, state: Wave): WaveFacts => {
  if (!state.facts) throw new Refused('WAVE_NOT_FOUND', { waveId });
  return state.facts;
};

/** Fixes which fulfilments belong together. A repeat is no event. */
export const planWave = (facts: WaveFacts, state: Wave): WaveEvent[] =>
  state.status === 'NONE' ? [{ type: 'WavePlanned', data: facts }] : [];

/** People go and pick. @throws Refused WAVE_NOT_FOUND, WAVE_OVER */
export const startWave = (waveId: string, occurredAt: string, state: Wave): WaveEvent[] => {
  factsOf(waveId, state);
  if (state.status === 'CANCELLED') throw new Refused('WAVE_OVER', { waveId, status: state.status });
  return state.status === 'PLANNED' ? [{ type: 'WaveStarted', data: { waveId, occurredAt } }] : [];
};

/** All of it is picked. @throws Refused WAVE_NOT_FOUND, WAVE_OVER, WAVE_NOT_STARTED */
export const completeWave = (waveId: string, occurredAt: string, state: Wave): WaveEvent[] => {
  factsOf(waveId, state);
  if (state.status === 'CANCELLED') throw new Refused('WAVE_OVER', { waveId, status: state.status });
  if (state.status === 'PLANNED') throw new Refused('WAVE_NOT_STARTED', { waveId });
  return state.status === 'STARTED' ? [{ type: 'WaveCompleted', data: { waveId, occurredAt } }] : [];
};

/** Its fulfilments are free again. @throws Refused WAVE_NOT_FOUND, WAVE_OVER once it is complete */
export const cancelWave = (waveId: string, occurredAt: string, state: Wave): WaveEvent[] => {
  factsOf(waveId, state);
  if (state.status === 'COMPLETED') throw new Refused('WAVE_OVER', { waveId, status: state.status });
  return state.status === 'CANCELLED' ? [] : [{ type: 'WaveCancelled', data: { waveId, occurredAt } }];
};
