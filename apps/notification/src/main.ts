import { runMain } from '@orderloom/platform';
import { notificationService } from './service.js';

await runMain(notificationService);
