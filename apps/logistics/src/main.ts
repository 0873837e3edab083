import { runMain } from '@orderloom/platform';
import { logisticsService } from './service.js';

await runMain(logisticsService);
