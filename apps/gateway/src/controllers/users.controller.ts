import { Controller, Inject } from '@nestjs/common';
import { relationships, scheduler, type Input } from '@referrals/contracts';
import { Readable } from 'node:stream';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';
import { exportText } from '../operations/export-text.js';

type Contracts = typeof relationships;

@Controller()
export class UsersController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(relationships.updateUser)
  updateUser(input: Input<Contracts['updateUser']>, call: Call) {
    return this.gateway.askSealed(relationships.updateUser, input, call);
  }

  @Route(scheduler.eraseUser)
  eraseUser(input: Input<typeof scheduler.eraseUser>, call: Call) {
    return this.gateway.ask(scheduler.eraseUser, input, call);
  }

  /** More than a message holds is asked for page by page while it is being sent; when that fails, the answer ends in the middle, and is no JSON. */
  @Route(scheduler.exportUser)
  async exportUser({ userId }: Input<typeof scheduler.exportUser>, call: Call) {
    const ask = async (cursor?: string) => (await this.gateway.ask(scheduler.exportUser, { userId, ...(cursor && { cursor }) }, call)).value;
    const { nextCursor, ...first } = await ask();
    return nextCursor ? { stream: Readable.from(exportText({ ...first, nextCursor }, ask)) } : { value: first, replayed: false };
  }
}
