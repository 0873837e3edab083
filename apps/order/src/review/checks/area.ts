import { type Check, finding } from './check.js';

/** Whether the company delivers where the order goes: AREA_NOT_SERVED. */
export const areaCheck: Check = ({ unserved }) => ({
  findings: unserved === undefined ? [] : [finding('area', 'AREA_NOT_SERVED', 'problem', { ...unserved })],
  values: { 'area.served': unserved === undefined },
});
