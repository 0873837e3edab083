import { runMain } from '@orderloom/platform';
import { customerService } from './service.js';

await runMain(customerService);
