import type { Command } from 'commander';
import type { ReferralsClient } from '@referrals/client';
import { connectTo, type Connection } from './connect.js';

interface Globals extends Connection {
  json?: boolean;
}

/** What a command found, and how a person reads it. */
export interface Result {
  value: unknown;
  text: string;
  /** the answer is that something failed */
  failed?: boolean;
}

/** How a command is carried out: with a client, and whether a person looks on. */
export interface Session {
  client: ReferralsClient;
  json: boolean;
}

/** Runs a command and prints what it found: as a table, or with `--json` on one line. */
export async function answer(program: Command, ask: (session: Session) => Promise<Result>): Promise<void> {
  const { json = false, ...connection } = program.opts<Globals>();
  const { value, text, failed } = await ask({ client: connectTo(connection), json });
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);
  if (failed) process.exitCode = 1;
}
