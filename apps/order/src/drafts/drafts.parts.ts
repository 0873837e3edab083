import type { Provider } from '@nestjs/common';
import { Clock, Logger, Shutdown, Vault } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections } from '@orderloom/service';
import { SubmitOrder } from '../intake/submit-order.js';
import { OrderRepository } from '../order.repository.js';
import { DraftRepository } from './draft.repository.js';
import { DraftDeadlines } from './draft-deadlines.js';
import { DRAFTS_VIEW, DraftsController, QuotesController } from './drafts.controller.js';
import { Drafts } from './drafts.js';
import { type DraftDocument, draftsProjection } from './drafts.projection.js';

/** What drafts are made of. */
export const draftParts: Provider[] = [
  DraftRepository,
  {
    provide: DRAFTS_VIEW,
    inject: [Projections],
    useFactory: (projections: Projections) => projections.add(draftsProjection),
  },
  {
    provide: Drafts,
    inject: [DraftRepository, OrderRepository, SubmitOrder, Vault],
    useFactory: (...parts: ConstructorParameters<typeof Drafts>) => new Drafts(...parts),
  },
  {
    provide: DraftDeadlines,
    inject: [DRAFTS_VIEW, DraftRepository, OrderRepository, Clock, Logger, Shutdown],
    useFactory: (
      view: ProjectionRunner<DraftDocument>,
      ...parts: [DraftRepository, OrderRepository, Clock, Logger, Shutdown]
    ) => new DraftDeadlines(view, ...parts),
  },
];

export const draftControllers = [DraftsController, QuotesController];
