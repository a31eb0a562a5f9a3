import type { EventData, EventDefinition } from '@referrals/contracts';
import { Webhook } from 'standardwebhooks';

/** A fact as a webhook brings it. */
export interface HostEvent<Data = unknown> {
  id: string;
  type: string;
  occurredAt: string;
  version: number;
  aggregateId: string;
  sequence: number;
  data: Data;
}

/**
 * Reads a webhook once its signature is known to be one of ours and not older than five minutes.
 * @param body as it came, byte for byte
 * @param secrets of the endpoint; several while one replaces another
 * @throws Error when none of them signed it: answer 400, and do nothing
 */
export function verifyWebhook(body: string | Buffer, headers: Record<string, string | string[] | undefined>, ...secrets: string[]): HostEvent {
  const signed = Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  let refusal: unknown = new Error('no secret');
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, signed) as HostEvent;
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

/** Whether an event is of a kind, and from then on its data has the kind's type. */
export const isEvent = <E extends EventDefinition>(event: HostEvent, kind: E): event is HostEvent<EventData<E>> => event.type === kind.type && kind.data.safeParse(event.data).success;
