import { access } from './access.contract.js';
import { batchRewards } from './batch-rewards.contract.js';
import { codes } from './codes.contract.js';
import type { Contract, RoutedContract } from './contract.js';
import { fraud } from './fraud.contract.js';
import { apiKeys, audit, deadLetters, eventLog, links, operations, qrCodes } from './gateway.contract.js';
import { imports } from './imports.contract.js';
import { insights } from './insights.contract.js';
import { me } from './me.contract.js';
import { notifications } from './notifications.contract.js';
import { relationships } from './relationships.contract.js';
import { rewards } from './rewards.contract.js';
import { scheduler } from './scheduler.contract.js';
import { stripe } from './stripe.contract.js';

const nouns: Record<string, Contract>[] = [
  codes, relationships, rewards, fraud, scheduler, apiKeys, deadLetters, operations, me, links, insights, notifications, access, stripe, batchRewards, audit, eventLog, qrCodes, imports,
];

/** Everything that HTTP reaches. */
export const ROUTES: RoutedContract[] = nouns
  .flatMap((contracts) => Object.values(contracts))
  .filter((contract): contract is RoutedContract => contract.http !== undefined);
