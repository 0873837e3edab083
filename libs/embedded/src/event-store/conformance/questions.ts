import { appending } from './appending.js';
import type { Question } from './asking.js';
import { deleting } from './deleting.js';
import { groups } from './groups.js';
import { linking } from './linking.js';
import { reading } from './reading.js';
import { repeating } from './repeating.js';
import { subscribing } from './subscribing.js';

/** Every question by its name, which is the key of its recorded answer. */
export const questions: Record<string, Question> = {
  ...appending,
  ...repeating,
  ...reading,
  ...deleting,
  ...subscribing,
  ...linking,
  ...groups,
};
