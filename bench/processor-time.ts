import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever the machine. */
const TICK_US = 10_000;

/** Processor time in µs since its start, by process or group of processes. */
export type Reading = Map<string, number>;

/**
 * Reads the processor time of the product's processes and of PostgreSQL's, whose sessions are told apart by the room's
 * role. Sessions come and go: one that ended keeps what it was last seen with, so that a watch has to look often.
 */
export class ProcessorTime {
  private readonly sessions = new Map<number, { name: string; us: number }>();

  constructor(
    private readonly processes: ReadonlyMap<string, number>,
    private readonly postmaster: number,
  ) {}

  /** Of each process since its start; of PostgreSQL's sessions since they were first seen, and added up by their role. */
  read(): Reading {
    const found: Reading = new Map();
    for (const [name, pid] of this.processes) found.set(name, statOf(pid)?.us ?? 0);
    this.look();
    for (const { name, us } of this.sessions.values()) found.set(name, (found.get(name) ?? 0) + us);
    return found;
  }

  look(): void {
    for (const pid of processIds()) {
      const stat = statOf(pid);
      if (stat?.parent !== this.postmaster) continue;
      this.sessions.set(pid, { name: this.sessions.get(pid)?.name ?? sessionName(pid), us: stat.us });
    }
    this.sessions.set(this.postmaster, { name: 'postgres: server', us: statOf(this.postmaster)?.us ?? 0 });
  }
}

export function difference(from: Reading, to: Reading): Reading {
  return new Map([...to].map(([name, us]) => [name, us - (from.get(name) ?? 0)]));
}

function processIds(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Threads included; undefined once it is gone. */
function statOf(pid: number): { parent: number; us: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), us: (Number(fields[11]) + Number(fields[12])) * TICK_US };
  } catch {
    return undefined;
  }
}

/** A session's title reads `postgres: <database>_<room> <database> <address> <what it does>`, other processes' say what they are for. */
function sessionName(pid: number): string {
  let title = '';
  try {
    title = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // gone already
  }
  const room = /^postgres: referrals_(\w+) /.exec(title)?.[1];
  return room ? `postgres: ${room}` : 'postgres: server';
}

/** The most memory that a process has ever had resident, in MB; 0 once it is gone. */
export function mostMegabytes(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}
