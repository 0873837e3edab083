import type { ProjectedEvent } from '@orderloom/projections';
import type { Wave, WaveEvent, WaveFacts } from './wave.js';

/** A wave as listed. */
export interface WaveDocument extends Omit<WaveFacts, 'waveId'> {
  _id: string;
  record: 'wave';
  id: string;
  status: Wave['status'];
  createdAt: string;
  updatedAt: string;
}

export const foldWave = (doc: WaveDocument | null, event: ProjectedEvent, told: WaveEvent): WaveDocument | null => {
  const at = event.time;
  if (told.type === 'WavePlanned') {
    const { waveId, ...facts } = told.data;
    return {
      _id: event.streamId,
      record: 'wave',
      id: waveId,
      ...facts,
      status: 'PLANNED',
      createdAt: at,
      updatedAt: at,
    };
  }
  if (!doc) return null;
  const status = ({ WaveStarted: 'STARTED', WaveCompleted: 'COMPLETED', WaveCancelled: 'CANCELLED' } as const)[
    told.type
  ];
  return { ...doc, status, updatedAt: at };
};
