import type { Provider, Type } from '@nestjs/common';
import { Clock, InstanceRole, Logger, Shutdown, Vault } from '@orderloom/platform';
import { Catalogue } from '../catalogue/catalogue.js';
import { DeadlinePolicies } from '../deadlines/policy-store.js';
import { OrderRepository } from '../order.repository.js';
import type { OrderSettings } from '../settings.js';
import { OrderList } from '../views/order-list.js';
import { AnswerLinks } from './desk/answer-links.js';
import { AnswersController } from './desk/answers.controller.js';
import { HoldsController } from './desk/holds.controller.js';
import { ReviewController } from './desk/review.controller.js';
import { Selections, SelectionsController } from './desk/selections.controller.js';
import { StandingsController } from './desk/standings.controller.js';
import { DeskBooks } from './desk-books.js';
import { HoldDeadlines } from './hold-deadlines.js';
import { BACK_TEST, BackTest } from './jobs/back-test.js';
import { DeskJobs } from './jobs/desk-jobs.js';
import { ReviewPlan } from './jobs/review-plan.js';
import { SELECTION, SelectionJob } from './jobs/selection-job.js';
import { SWEEP, Sweep } from './jobs/sweep.js';
import { knownOrders } from './known-orders.js';
import { lookAtChange } from './look-at-change.js';
import { MatchKeys } from './match-keys.js';
import { OrderReviews } from './order-reviews.js';
import { RecentOrders } from './recent-orders.js';
import { RulesController } from './rules/rules.controller.js';

/** Tells jobs how each kind is done, and orders who looks at their changes; nothing else asks for it. */
const WIRING = Symbol('orderloom.order.review-wiring');

/** Everything that looks at orders, decides on them and works them off. */
export const reviewProviders = (settings: OrderSettings): Provider[] => [
  DeskBooks,
  DeskJobs,
  HoldDeadlines,
  Selections,
  { provide: MatchKeys, useFactory: () => new MatchKeys(settings.ORDERLOOM_MASTER_KEY) },
  {
    provide: AnswerLinks,
    inject: [MatchKeys],
    useFactory: (keys: MatchKeys) => new AnswerLinks(keys, settings.PUBLIC_URL),
  },
  {
    provide: OrderReviews,
    inject: [DeskBooks, MatchKeys, OrderList, DeadlinePolicies],
    useFactory: (books: DeskBooks, keys: MatchKeys, list: OrderList, deadlines: DeadlinePolicies) =>
      new OrderReviews(
        books,
        new RecentOrders(),
        keys,
        knownOrders(list),
        (priority) => deadlines.current.REVIEW.hours[priority] * 60,
      ),
  },
  {
    provide: ReviewPlan,
    inject: [DeskJobs, OrderList, Logger, InstanceRole, Shutdown],
    useFactory: (jobs: DeskJobs, list: OrderList, logger: Logger, role: InstanceRole, shutdown: Shutdown) =>
      new ReviewPlan(settings.REVIEW_PLAN, jobs, list, logger, role, shutdown),
  },
  {
    provide: WIRING,
    inject: [DeskJobs, OrderRepository, OrderList, Catalogue, Vault, DeskBooks, OrderReviews, Clock],
    useFactory: (
      jobs: DeskJobs,
      orders: OrderRepository,
      list: OrderList,
      catalogue: Catalogue,
      vault: Vault,
      books: DeskBooks,
      reviews: OrderReviews,
      clock: Clock,
    ) => {
      orders.lookAtChangesWith(lookAtChange(reviews, catalogue, vault));
      jobs.handle(SELECTION, new SelectionJob(orders, clock));
      jobs.handle(BACK_TEST, new BackTest({ orders, list, catalogue, vault, books, reviews }));
      jobs.handle(SWEEP, new Sweep({ orders, list, catalogue, vault, reviews, clock }));
      return true;
    },
  },
];

export const REVIEW_CONTROLLERS: Type[] = [
  HoldsController,
  AnswersController,
  ReviewController,
  SelectionsController,
  RulesController,
  StandingsController,
];
