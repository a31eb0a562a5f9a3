import type { Env, Secrets } from '@referrals/config';
import type { Database } from '@referrals/persistence';
import type { Bus } from './bus.js';
import { Traffic } from './traffic.js';
import type { Log } from './log.js';

/** What a room's controller works with; handed to it by Nest. */
export class Room {
  constructor(
    readonly name: string,
    readonly db: Database,
    readonly bus: Bus,
    readonly log: Log,
    readonly env: Env,
    readonly secrets: Secrets,
    readonly traffic = new Traffic(),
  ) {}
}
