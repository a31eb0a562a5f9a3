import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { headers } from '@nats-io/transport-node';
import { ServerNats } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { Refusal } from '@referrals/domain';
import { HEADERS, isReplayed, metaOf, type RequestMeta } from './bus.js';
import type { Envelope, GroupRequest } from './group-packet.js';
import type { Bound } from './handle.js';
import type { Log } from './log.js';
import { toWire } from './wire.js';

/**
 * The framework's NATS server on a connection of ours. It answers in the framework's envelope, and adds two things the
 * framework's own has no place for: refusals keep their code, and a replayed answer says so in a header.
 */
export class RoomServer extends ServerNats {
  private readonly bound = new Map<string, Bound>();

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
    let packet: Packet = {};
    try {
      packet = parse(msg);
      if (packet.group) {
        const group = await Promise.all(packet.group.map(({ data, meta }) => this.answer(channel, data, meta)));
        this.reply(msg, { group, isDisposed: true, id: packet.id });
        return;
      }
      const { replayed, ...envelope } = await this.answer(channel, packet.data, metaOf(msg.headers));
      this.reply(msg, { ...envelope, isDisposed: true, id: packet.id }, replayed);
    } catch (error) {
      this.reply(msg, { err: toWire(error), isDisposed: true, id: packet.id });
    }
  }

  private async answer(channel: string, data: unknown, meta: RequestMeta): Promise<Envelope> {
    try {
      const result = await this.handlerOf(channel)(data, meta);
      if ('failure' in result) throw result.failure;
      return { response: result.value, ...(result.replayed && { replayed: true }) };
    } catch (error) {
      if (!(error instanceof Refusal)) this.log.error({ err: error, subject: channel }, 'request_failed');
      return { err: toWire(error), ...(isReplayed(error) && { replayed: true }) };
    }
  }

  /** The framework's way from a subject to its handler parses the subject each time. */
  private handlerOf(channel: string): Bound {
    let bound = this.bound.get(channel);
    if (!bound) {
      const handler = this.getHandlerByPattern(channel)!;
      bound = async (data, meta) => (await lastValueFrom(this.transformToObservable(await handler(data, meta as never)))) as Awaited<ReturnType<Bound>>;
      this.bound.set(channel, bound);
    }
    return bound;
  }

  private reply(msg: Msg, envelope: object, replayed = false): void {
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

interface Packet extends Partial<GroupRequest> {
  data?: unknown;
  id?: string;
}

function parse(msg: Msg): Packet {
  try {
    return msg.json();
  } catch {
    throw new Refusal('invalid_json', {});
  }
}
