import { z } from 'zod';
import { contract } from './contract.js';

export const fraud = {
  /** Public halves only; the gateway keeps the newest one, so that it can seal while this room is down. */
  getSealingKey: contract('fraud.getSealingKey', 'the key to seal contexts with', {
    request: z.strictObject({}),
    reply: z.object({ keyId: z.string(), publicKey: z.string() }),
  }),
  rotateSealingKeys: contract('fraud.rotateSealingKeys', 'makes the key of the day and destroys those of 14 days ago', {
    request: z.strictObject({}),
    reply: z.object({ processed: z.int(), changed: z.int() }),
  }),
};
