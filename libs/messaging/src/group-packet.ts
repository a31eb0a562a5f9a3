import type { RequestMeta } from './bus.js';

/** The framework's answer to one request, as far as it is read here. */
export interface Envelope {
  response?: unknown;
  err?: unknown;
  /** the stored answer of an earlier request with the same idempotency key */
  replayed?: boolean;
}

/** Several requests of one contract in one message, and their answers in the same order. */
export interface GroupRequest {
  group: { data: unknown; meta: RequestMeta }[];
}
export interface GroupReply {
  group: Envelope[];
}

const DEFAULT_PAYLOAD = 1_048_576;
/** Answers are longer than requests: what is asked takes an eighth of what a message may carry. */
const SHARE = 8;

/** Cuts a list of JSON texts, in its order, into lists that each fit into a message. A text that is too long travels alone. */
export function cut(texts: string[], maxPayload = DEFAULT_PAYLOAD): string[][] {
  const packets: string[][] = [];
  let left = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text) + 1;
    if (left < bytes) {
      packets.push([]);
      left = maxPayload / SHARE;
    }
    packets.at(-1)!.push(text);
    left -= bytes;
  }
  return packets;
}
