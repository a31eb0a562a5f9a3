import 'reflect-metadata';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { Contract, Input, Reply } from '@referrals/contracts';
import type { EventKind, Transaction } from '@referrals/persistence';
import type { Answer, RequestMeta } from './bus.js';
import { Batcher } from './batcher.js';
import type { Room } from './room.js';
import { validate } from './wire.js';
import { WriteGroup, type WriteHandler, type WriteRequest } from './write-group.js';

/** A controller of a room: its methods are bound to contracts by `@Read`, `@Write` and `@On`. */
export interface RoomController {
  readonly room: Room;
}

/** What a bound method gives the transport. Errors are returned: what is thrown, the framework replaces by its own. */
export type Bound = (data: unknown, meta: RequestMeta) => Promise<Answer<unknown> | { failure: unknown }>;

/** Answers a contract without changing anything. The request is validated once, here. */
export function Read<C extends Contract>(contract: C) {
  return <T extends (input: Input<C>, meta: RequestMeta) => Promise<Reply<C>>>(
    target: RoomController, key: string, descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    const method = descriptor.value!;
    const bound = async function (this: RoomController, data: unknown, meta: RequestMeta): Promise<Answer<unknown>> {
      return { value: await method.call(this, validate(contract.request, data) as Input<C>, meta), replayed: false };
    };
    bind(target, key, descriptor, contract, bound);
  };
}

/** Answers a contract by a command in a transaction; requests that wait are handled together, where the contract says so. */
export function Write<C extends Contract>(contract: C) {
  const { group = 1 } = contract;
  return <T extends WriteHandler<Input<C>, Reply<C>>>(target: RoomController, key: string, descriptor: TypedPropertyDescriptor<T>): void => {
    const method = descriptor.value!;
    const batchers = new WeakMap<object, Batcher<WriteRequest<Input<C>>, Answer<Reply<C>>>>();
    const bound = async function (this: RoomController, data: unknown, meta: RequestMeta): Promise<Answer<unknown>> {
      const input = validate(contract.request, data) as Input<C>;
      let batcher = batchers.get(this);
      if (!batcher) {
        const writes = new WriteGroup<Input<C>, Reply<C>>(this.room.db, this.room.log, method.bind(this));
        batchers.set(this, (batcher = new Batcher((items, present) => {
          this.room.traffic?.note(present);
          return writes.run(items);
        }, { size: group, inFlight: group === 1 ? 4 : 2 })));
      }
      return batcher.add({ input, meta });
    };
    bind(target, key, descriptor, contract, bound);
  };
}

type Answering = (this: RoomController, data: unknown, meta: RequestMeta) => Promise<Answer<unknown>>;

function bind<T>(target: object, key: string, descriptor: TypedPropertyDescriptor<T>, contract: Contract, answering: Answering): void {
  const bound = function (this: RoomController, ...message: Parameters<Bound>): ReturnType<Bound> {
    return answering.call(this, ...message).catch((failure: unknown) => ({ failure }));
  };
  descriptor.value = bound as T;
  MessagePattern(contract.subject)(target, key, descriptor);
  Payload()(target, key, 0);
  Ctx()(target, key, 1);
}

export interface ReceivedEvent<Data> {
  id: string;
  aggregateId: string;
  sequence: number;
  occurredAt: string;
  data: Data;
}

/** An event of whatever kind. */
export type AnyEvent = ReceivedEvent<never> & { type: string };

export interface Subscription {
  kind: EventKind<unknown>;
  /** the same function for all kinds that it receives in one list */
  handle: (tx: Transaction, events: ReceivedEvent<never>[]) => Promise<void>;
}

const ON = Symbol('on');

/** A method of a controller and the events that it receives. */
interface Bond {
  kind: EventKind<unknown>;
  key: string;
}

/** Receives events of a kind: each once, in lists, in the transaction of their effect. */
export function On<Data>(kind: EventKind<Data>) {
  return <T extends (tx: Transaction, events: ReceivedEvent<Data>[]) => Promise<void>>(
    target: RoomController, key: string, _descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    const known = (Reflect.getMetadata(ON, target) as Bond[] | undefined) ?? [];
    Reflect.defineMetadata(ON, [...known, { kind, key }], target);
  };
}

/** Receives events of several kinds in one list: what a group holds of them is one call. */
export function OnEach(kinds: readonly EventKind<unknown>[]) {
  return <T extends (tx: Transaction, events: AnyEvent[]) => Promise<void>>(
    target: RoomController, key: string, descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    for (const kind of kinds) On(kind)(target, key, descriptor as never);
  };
}

/** The subscriptions of a controller, in the order in which its methods stand. */
export function subscriptionsOf(controller: RoomController): Subscription[] {
  const found = (Reflect.getMetadata(ON, Object.getPrototypeOf(controller) as object) as Bond[] | undefined) ?? [];
  const methods = controller as unknown as Record<string, Subscription['handle']>;
  const handles = new Map([...new Set(found.map(({ key }) => key))].map((key) => [key, methods[key]!.bind(controller)]));
  return found.map(({ kind, key }) => ({ kind, handle: handles.get(key)! }));
}
