import { Controller, Inject } from '@nestjs/common';
import { apiKeys, type Input, type NewApiKey } from '@referrals/contracts';
import { WriteGroup, type Answer } from '@referrals/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';
import { within } from '../http/within.js';
import { Gateway } from '../gateway.js';
import { createApiKey, type KeyRequest } from './create-api-key.js';
import { formatKey, makeSecret, type KeyParts } from './key-format.js';
import { listApiKeys } from './list-api-keys.js';
import { revokeApiKey } from './revoke-api-key.js';
import { rotateApiKey, type RotationRequest } from './rotate-api-key.js';

/** The gateway's own noun: its rows are here, so nobody is asked. */
@Controller()
export class ApiKeysController {
  private readonly creations: WriteGroup<KeyRequest, NewApiKey>;
  private readonly rotations: WriteGroup<RotationRequest, NewApiKey>;

  constructor(@Inject(Gateway) private readonly gateway: Gateway) {
    this.creations = new WriteGroup<KeyRequest, NewApiKey>(gateway.db, gateway.log, ([request], [meta]) => async (tx) => [
      await createApiKey(tx, request!, meta!.actor!),
    ]);
    this.rotations = new WriteGroup<RotationRequest, NewApiKey>(gateway.db, gateway.log, ([request], [meta]) => async (tx) => [
      await rotateApiKey(tx, request!, meta!.actor!),
    ]);
  }

  @Route(apiKeys.list)
  async list(input: Input<typeof apiKeys.list>, call: Call) {
    return { value: await within(call.options.timeoutMs, listApiKeys(this.gateway.db, input)), replayed: false };
  }

  @Route(apiKeys.create)
  create(input: Input<typeof apiKeys.create>, call: Call): Promise<Answer<NewApiKey>> {
    return this.made((parts) => this.creations.run([{ input: { input, parts }, meta: call.options }]), call);
  }

  @Route(apiKeys.rotate)
  async rotate(input: Input<typeof apiKeys.rotate>, call: Call): Promise<Answer<NewApiKey>> {
    const answer = await this.made((parts) => this.rotations.run([{ input: { input, parts }, meta: call.options }]), call);
    this.gateway.authenticator.forget(input.id);
    return answer;
  }

  @Route(apiKeys.revoke)
  async revoke({ id }: Input<typeof apiKeys.revoke>, call: Call) {
    await within(call.options.timeoutMs, this.gateway.db.transaction((tx) => revokeApiKey(tx, id, call.caller.actor)));
    this.gateway.authenticator.forget(id);
    return { value: null, replayed: false };
  }

  /** The key is added after its answer is stored: a replayed answer has none. */
  private async made(make: (parts: KeyParts) => Promise<PromiseSettledResult<Answer<NewApiKey>>[]>, call: Call): Promise<Answer<NewApiKey>> {
    const parts = { id: uuidv7(), secret: makeSecret() };
    const [settled] = await within(call.options.timeoutMs, make(parts));
    if (settled!.status === 'rejected') throw settled!.reason;
    const { value, replayed } = settled!.value;
    return { value: replayed ? value : { ...value, key: formatKey(this.gateway.keyEnvironment, parts) }, replayed };
  }
}
