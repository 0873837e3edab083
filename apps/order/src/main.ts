import { runMain } from '@orderloom/platform';
import { orderService } from './service.js';

await runMain(orderService);
