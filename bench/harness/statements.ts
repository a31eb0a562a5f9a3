import type pg from 'pg';

/** The server's settings under which its statements are counted. */
export const STATEMENTS = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track': 'all', 'pg_stat_statements.track_planning': 'on' };

/** Begins to count; the server was started with `STATEMENTS`. */
export const countStatements = (owner: pg.Pool): Promise<unknown> => owner.query('create extension if not exists pg_stat_statements; select pg_stat_statements_reset()');

/** Those that took longest; what runs inside functions and triggers stands by itself. */
export async function printStatements(owner: pg.Pool, count: number): Promise<void> {
  const { rows } = await owner.query<{ query: string; calls: number; ms: number; planning: number; room: string; top: boolean }>(
    `select left(regexp_replace(query, '\\s+', ' ', 'g'), 150) as query, calls::int, total_exec_time as ms, total_plan_time as planning, userid::regrole::text as room, toplevel as top
     from pg_stat_statements order by total_exec_time + total_plan_time desc limit $1`, [count]);
  console.log('\n        ms  planning   calls  room, statement (× top: asked by a client; those in functions and triggers stand by themselves)');
  for (const { query, calls, ms, planning, room, top } of rows) {
    console.log(`${ms.toFixed(0).padStart(10)}${planning.toFixed(0).padStart(10)}${String(calls).padStart(8)}  ${room}${top ? ' ×' : ''} ${query}`);
  }
}
