import pg from 'pg';

/**
 * L_sync: one SQL call that does what is durable when a registration is answered (referral, use count, limits, idempotency, outbox), on the
 * product's own tables, with its own triggers and indexes. What the product does around it (HTTP, validation, two hops, batching) is not in here:
 * it is the limit that a database call per registration sets.
 */
const REGISTER_ONE = `
  create schema if not exists bench;
  create or replace function bench.register_one(p_code uuid, p_referrer text, p_referee text, p_key text) returns uuid language plpgsql as $$
  declare
    made uuid := gen_random_uuid(); event uuid := gen_random_uuid(); recent int; at timestamptz := common.now();
  begin
    select count(*) into recent from relationships.referral
      where referrer_id = p_referrer and arrived_at > at - interval '24 hours' and code_type <> 'campaign';
    if recent >= 20 then return null; end if;
    insert into relationships.referral (id, referrer_id, referee_id, code_id, code_type, registered_at, arrived_at)
      values (made, p_referrer, p_referee, p_code, 'auto', at, at) on conflict (referee_id) do nothing;
    if not found then return null; end if;
    insert into relationships.outbox (id, type, aggregate_id, body) values (event, 'referral.registered', made::text,
      json_build_object('id', event, 'type', 'referral.registered', 'occurredAt', at, 'version', 1, 'aggregateId', made, 'sequence', 1, 'data',
        json_build_object('referralId', made, 'referrerId', p_referrer, 'refereeId', p_referee, 'codeId', p_code, 'registeredAt', at)));
    insert into relationships.outbox_unsent (id) values (event);
    insert into relationships.idempotency (key, body_hash, answer) values (p_key, 'bench', json_build_object('outcome', 'registered', 'referralId', made));
    -- the most contended row last, so that its lock is held shortest
    insert into relationships.code_use (code_id, uses) values (p_code, 1) on conflict (code_id) do update set uses = relationships.code_use.uses + 1;
    return made;
  end $$`;

export interface Referrer {
  codeId: string;
  userId: string;
}

export class Limit {
  private constructor(
    private readonly url: string,
    private readonly referrers: Referrer[],
  ) {}

  static async prepare(url: string, referrers: Referrer[]): Promise<Limit> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(REGISTER_ONE);
    await client.end();
    return new Limit(url, referrers);
  }

  /** Calls as fast as `clients` connections can. @returns calls per second */
  async run(clients: number, seconds: number): Promise<number> {
    const pool = await Promise.all(Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: this.url });
      await client.connect();
      await client.query('set enable_seqscan = off'); // as the product's own connections
      return client;
    }));
    const from = performance.now();
    const until = from + seconds * 1_000;
    let calls = 0;
    const work = async (client: pg.Client, n: number): Promise<void> => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        const referrer = this.referrers[(turn * clients + n) % this.referrers.length]!;
        const referee = `limit-${n}-${from.toFixed(3)}-${turn}`;
        await client.query({ name: 'register', text: 'select bench.register_one($1, $2, $3, $4)', values: [referrer.codeId, referrer.userId, referee, referee] });
        calls += 1;
      }
    };
    await Promise.all(pool.map(work));
    const rate = calls / ((performance.now() - from) / 1_000);
    await Promise.all(pool.map((client) => client.end()));
    return rate;
  }
}
