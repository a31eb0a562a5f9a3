import { createInbox, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';

/** A message for the stream; the broker drops a second one with the same id for a while. */
export interface StreamMessage {
  subject: string;
  id: string;
  body: string;
}

interface Batch {
  missing: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Publishes many messages to the stream and waits until it holds them all. One reply subject and one timer serve a whole
 * batch: a request for each message, as the client has it, takes several times the processor time.
 */
export class StreamPublisher {
  private readonly inbox: string;
  private readonly batches = new Map<string, Batch>();
  private next = 0;
  private isListening = false;

  /** @param prefix under which the broker lets the connection read replies */
  constructor(
    private readonly nats: NatsConnection,
    prefix: string,
    private readonly timeoutMs = 3_000,
  ) {
    this.inbox = createInbox(prefix);
  }

  /** @throws Error when the stream did not confirm each of them in time: what it did not confirm it may still hold */
  publish(messages: readonly StreamMessage[]): Promise<void> {
    if (messages.length === 0) return Promise.resolve();
    this.listen();
    const reply = `${this.inbox}.${(this.next += 1)}`;
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('stream_timeout')), this.timeoutMs);
      const end = (settle: () => void) => () => (clearTimeout(timer), settle());
      this.batches.set(reply, { missing: messages.length, resolve: end(resolve), reject: (error) => end(() => reject(error))() });
      for (const { subject, id, body } of messages) {
        const marked = headers();
        marked.set('Nats-Msg-Id', id);
        this.nats.publish(subject, body, { headers: marked, reply });
      }
    }).finally(() => this.batches.delete(reply));
  }

  private listen(): void {
    if (this.isListening) return;
    this.isListening = true;
    this.nats.subscribe(`${this.inbox}.*`, { callback: (error, message) => this.confirmed(error, message) });
  }

  private confirmed(error: Error | null, message: Msg): void {
    const batch = this.batches.get(message.subject);
    if (!batch) return; // of a batch that was given up
    const refused = error ?? refusalIn(message);
    batch.missing -= 1;
    if (refused) batch.reject(refused);
    else if (batch.missing === 0) batch.resolve();
  }
}

function refusalIn(message: Msg): Error | null {
  if (message.headers?.code === 503) return new Error('stream_missing');
  const { error } = message.json<{ error?: { description?: string } }>();
  return error ? new Error(error.description ?? 'stream_refused') : null;
}
