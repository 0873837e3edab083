import { runMain } from '@orderloom/platform';
import { analyticsService } from './service.js';

await runMain(analyticsService);
