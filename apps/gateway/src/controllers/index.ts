import type { Type } from '@nestjs/common';
import { ApiKeysController } from '../keys/api-keys.controller.js';
import { LinksController } from '../links/links.controller.js';
import { OperationsController } from '../operations/operations.controller.js';
import { AccessController } from './access.controller.js';
import { ActivityController } from './activity.controller.js';
import { BatchRewardsController } from './batch-rewards.controller.js';
import { CodesController } from './codes.controller.js';
import { FraudPatternsController } from './fraud-patterns.controller.js';
import { ImportsController } from './imports.controller.js';
import { JobsController } from './jobs.controller.js';
import { MeController } from './me.controller.js';
import { PaymentsController } from './payments.controller.js';
import { ProgrammeController } from './programme.controller.js';
import { ReferralsController } from './referrals.controller.js';
import { ReviewsController } from './reviews.controller.js';
import { RewardsController } from './rewards.controller.js';
import { StatsController } from './stats.controller.js';
import { StripeController } from './stripe.controller.js';
import { TestClockController } from './test-clock.controller.js';
import { UsersController } from './users.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/** One per noun; every route of the contracts is in one of them. */
export const CONTROLLERS: Type[] = [
  CodesController, UsersController, ReferralsController, ActivityController, PaymentsController, RewardsController, JobsController, TestClockController,
  ApiKeysController, OperationsController, MeController, ProgrammeController, LinksController,
  ReviewsController, FraudPatternsController,
  StatsController, WebhooksController,
  AccessController, StripeController, BatchRewardsController, ImportsController,
];
