import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { headers } from '@nats-io/transport-node';
import { ServerNats } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { Refusal } from '@referrals/domain';
import { HEADERS, metaOf } from './bus.js';
import type { Bound } from './handle.js';
import type { Log } from './log.js';
import { toWire } from './wire.js';

/**
 * The framework's NATS server on a connection of ours. It answers in the framework's envelope, and adds two things the
 * framework's own has no place for: refusals keep their code, and a replayed answer says so in a header.
 */
export class RoomServer extends ServerNats {
  constructor(
    private readonly connection: NatsConnection,
    room: string,
    private readonly log: Log,
  ) {
    super({ queue: room });
  }

  override createNatsClient(): Promise<never> {
    return Promise.resolve(this.connection as never);
  }

  override async handleMessage(channel: string, message: never): Promise<void> {
    const msg = message as Msg;
    let id: string | undefined;
    try {
      const packet = parse(msg);
      id = packet.id;
      const handler = this.getHandlerByPattern(channel)!;
      const stream = this.transformToObservable(await handler(packet.data, metaOf(msg.headers) as never));
      const answer = (await lastValueFrom(stream)) as Awaited<ReturnType<Bound>>;
      if ('failure' in answer) throw answer.failure;
      this.reply(msg, { response: answer.value, isDisposed: true, id }, answer.replayed);
    } catch (error) {
      if (!(error instanceof Refusal)) this.log.error({ err: error, subject: channel }, 'request_failed');
      this.reply(msg, { err: toWire(error), isDisposed: true, id }, (error as { replayed?: boolean }).replayed ?? false);
    }
  }

  private reply(msg: Msg, envelope: object, replayed: boolean): void {
    if (!msg.reply) return;
    if (!replayed) {
      msg.respond(JSON.stringify(envelope));
      return;
    }
    const marked = headers();
    marked.set(HEADERS.replayed, 'true');
    msg.respond(JSON.stringify(envelope), { headers: marked });
  }
}

function parse(msg: Msg): { data: unknown; id?: string } {
  try {
    return msg.json();
  } catch {
    throw new Refusal('invalid_json', {});
  }
}
