import { runMain } from '@orderloom/platform';
import { gatewayService } from './service.js';

await runMain(gatewayService);
