import Type from 'typebox';
import { defineEvent } from '../envelope.js';
import { Id, optional, Time } from './common.js';
import { ReservedUnits } from './logistics-work.js';

export const LinesUnfilledV1 = defineEvent(
  'order',
  'LinesUnfilled',
  1,
  Type.Object({
    fulfilmentId: Id(),
    shipmentId: optional(Id('The shipment they were lost with; absent when they never left.')),
    location: Id('Where they were reserved; another source is asked for first.'),
    reason: Type.Enum(['REJECTED', 'SHORT', 'RESEND']),
    lines: Type.Array(ReservedUnits),
    occurredAt: Time(),
  }),
  {
    title: 'Lines unfilled',
    description: 'Units that were released will not arrive: their reservations are void and they need stock again.',
  },
);
