import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestDatabase } from '@referrals/testing';

const ROLES = ['codes', 'relationships', 'fraud', 'rewards', 'gateway', 'insights', 'notifications', 'scheduler', 'reconciler'];
const WRITES = ['insert', 'update', 'delete', 'truncate'];

let test: TestDatabase;
let template: string;
beforeAll(async () => {
  test = await TestDatabase.create();
  template = new URL(test.urlOf('codes')).username.replace(/_codes$/, '');
});
afterAll(() => test.close());

/** `room.table: right` of every right that a role has on a table as a whole or on some of its columns. */
async function rightsOf(role: string, rights: string[]): Promise<string[]> {
  const rows = await test.rows<{ name: string }>(
    `select n.nspname || '.' || c.relname || ': ' || r.name as name from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join unnest($2::text[]) as r(name)
     where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_|^information_schema$'
       and (has_table_privilege($1, c.oid, r.name) or r.name not in ('delete', 'truncate') and has_any_column_privilege($1, c.oid, r.name)) order by 1`,
    [`${template}_${role}`, rights]);
  return rows.map(({ name }) => name);
}

describe('the roles of the rooms', () => {
  it('are no superusers, own nothing and inherit from nobody', async () => {
    const roles = ROLES.map((role) => `${template}_${role}`);
    expect(await test.rows('select rolname from pg_roles where rolname = any($1) and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)', [roles])).toEqual([]);
    expect(await test.rows('select 1 from pg_class where relowner in (select oid from pg_roles where rolname = any($1))', [roles])).toEqual([]);
    expect(await test.rows('select 1 from pg_auth_members where member in (select oid from pg_roles where rolname = any($1))', [roles])).toEqual([]);
  });

  it.each(ROLES.filter((role) => role !== 'reconciler'))('of %s write in its own schema alone, and read there and what all rooms share', async (role) => {
    const elsewhere = (names: string[]) => names.filter((name) => !name.startsWith(`${role}.`));
    expect(elsewhere(await rightsOf(role, WRITES)).filter((name) => !(role === 'scheduler' && name.startsWith('common.')))).toEqual([]);
    expect(elsewhere(await rightsOf(role, ['select'])).filter((name) => !name.startsWith('common.'))).toEqual([]);
  });

  it('let the reconciler look and do nothing else', async () => {
    expect(await rightsOf('reconciler', WRITES)).toEqual([]);
  });

  it.each(ROLES)('let %s change or remove nothing of the ledger, the audit logs and the event logs', async (role) => {
    const kept = (await rightsOf(role, ['update', 'delete', 'truncate'])).filter((name) => /\.(transfer|audit|outbox)(_\w+)?: /.test(name) && !/outbox_unsent/.test(name));
    expect(kept).toEqual([]);
  });
});
