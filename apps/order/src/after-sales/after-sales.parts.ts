import type { Provider } from '@nestjs/common';
import { Clock, Logger, Shutdown, Vault } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections } from '@orderloom/service';
import { Catalogue } from '../catalogue/catalogue.js';
import { CompanySettings } from '../configuration/company-settings.js';
import { SubmitOrder } from '../intake/submit-order.js';
import { OrderRepository } from '../order.repository.js';
import { Exchanges } from './exchanges.js';
import { ReturnPoliciesController } from './policies.controller.js';
import { ReturnRepository } from './return.repository.js';
import { ReturnDeadlines } from './return-deadlines.js';
import { ReturnProcess } from './return-process.js';
import { RETURNS_VIEW, ReturnsController } from './returns.controller.js';
import { Returns } from './returns.js';
import { type ReturnDocument, returnsProjection } from './returns.projection.js';

/** What after-sales is made of. */
export const afterSalesParts: Provider[] = [
  ReturnRepository,
  ReturnProcess,
  {
    provide: Exchanges,
    inject: [OrderRepository, SubmitOrder, Catalogue, Vault],
    useFactory: (...parts: ConstructorParameters<typeof Exchanges>) => new Exchanges(...parts),
  },
  {
    provide: RETURNS_VIEW,
    inject: [Projections],
    useFactory: (projections: Projections) => projections.add(returnsProjection),
  },
  {
    provide: Returns,
    inject: [ReturnRepository, OrderRepository, CompanySettings, Exchanges, ReturnProcess, Vault],
    useFactory: (...parts: ConstructorParameters<typeof Returns>) => new Returns(...parts),
  },
  {
    provide: ReturnDeadlines,
    inject: [RETURNS_VIEW, ReturnRepository, ReturnProcess, Clock, Logger, Shutdown],
    useFactory: (
      view: ProjectionRunner<ReturnDocument>,
      ...parts: [ReturnRepository, ReturnProcess, Clock, Logger, Shutdown]
    ) => new ReturnDeadlines(view, ...parts),
  },
];

export const afterSalesControllers = [ReturnsController, ReturnPoliciesController];
