import pg from 'pg';
import { newId } from './new-id.js';
import type { ProgrammeVersion } from './programme-versions.js';

/** What a room tells the others: its type, its version and the type of its data. */
export interface EventKind<Data> {
  readonly type: string;
  readonly version: number;
  readonly data: { parse(input: unknown): Data };
}

export interface EmittedEvent<Data> {
  aggregateId: string;
  /** counts the aggregate's changes from 1, so that a reader can order what it receives */
  sequence: number;
  occurredAt: Date;
  data: Data;
}

/** A stored answer to a request that carried an idempotency key. */
export interface StoredAnswer {
  key: string;
  bodyHash: string;
  answer: unknown;
}

const types = new pg.TypeOverrides();
types.setTypeParser(20, Number); // bigint: the domain keeps amounts within 2^53 - 1

const names = new Map<string, string>();
/** Statements are prepared once per connection, under a short name of their text. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) names.set(text, (name = `s${names.size + 1}`));
  return name;
}

export async function query<Row>(client: pg.ClientBase | pg.Pool, text: string, values: unknown[] = []): Promise<Row[]> {
  const result = await client.query({ name: nameOf(text), text, values, types });
  return result.rows as Row[];
}

/**
 * The rows of the outbox and of the answers, handed over in the same statement as the writes they belong to. Two texts,
 * events and answers, of which each is read as JSON once: as two keys of one document each would be looked for in all of it.
 */
const HAND_OVER = `with
  handed as (select id, type, "aggregateId", body
    from json_to_recordset(($1::text[])[1]::json) as t(id uuid, type text, "aggregateId" text, body json)),
  handed_event as (insert into outbox (id, type, aggregate_id, body) select id, type, "aggregateId", body from handed),
  handed_unsent as (insert into outbox_unsent (id) select id from handed),
  handed_answer as (insert into idempotency (key, body_hash, answer)
    select key, "bodyHash", answer from json_to_recordset(($1::text[])[2]::json) as t(key text, "bodyHash" text, answer json))`;

/**
 * One unit of work. `now` and the programme in force are read from the database with BEGIN, so that every room and
 * every process judges time and rules alike.
 */
export class Transaction {
  private events: unknown[] = [];
  private answers: StoredAnswer[] = [];
  /** what waits for the commit */
  readonly committed: (() => void)[] = [];
  /** events written so far: tells the relay whether there is something to publish */
  emitted = 0;

  constructor(
    private readonly client: pg.PoolClient,
    readonly now: Date,
    readonly programme: ProgrammeVersion,
  ) {}

  /** Reads, or writes that hand nothing on. */
  rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return query<Row>(this.client, text, values);
  }

  /**
   * Writes, and puts what was emitted so far into the outbox with the same statement. The text may begin with `with`;
   * its own parameters start at $2.
   */
  write<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const handed = [JSON.stringify(this.events), JSON.stringify(this.answers)];
    this.events = [];
    this.answers = [];
    const body = /^\s*with\s/i.test(text) ? text.replace(/^\s*with\s/i, ',\n') : `\n${text}`;
    return query<Row>(this.client, HAND_OVER + body, [handed, ...values]);
  }

  /** Hands a fact on: it is published once, and only if, this transaction commits. */
  emit<Data>(kind: EventKind<Data>, event: EmittedEvent<Data>): void {
    const id = newId();
    const { aggregateId, sequence, occurredAt, data } = event;
    const body = { id, type: kind.type, occurredAt, version: kind.version, aggregateId, sequence, data };
    this.events.push({ id, type: kind.type, aggregateId, body });
    this.emitted += 1;
  }

  /** Runs once the transaction has committed; never when it was rolled back. For log lines and wake-ups, not for effects. */
  afterCommit(callback: () => void): void {
    this.committed.push(callback);
  }

  /** Tells the relay that there is something to publish, though nothing was emitted here. */
  wakeRelay(): void {
    this.emitted += 1;
  }

  /** Keeps the answer to a request with an idempotency key; the key is unique, so that only one transaction can. */
  answer(stored: StoredAnswer): void {
    this.answers.push(stored);
  }

  /** Writes what no `write` has taken along yet. */
  async flush(): Promise<void> {
    if (this.events.length > 0 || this.answers.length > 0) await this.write('select 1');
  }
}
