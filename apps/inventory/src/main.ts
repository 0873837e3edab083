import { runMain } from '@orderloom/platform';
import { inventoryService } from './service.js';

await runMain(inventoryService);
