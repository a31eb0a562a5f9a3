import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startPostgres, type NatsServer, type PostgresServer } from '@referrals/servers';
import { startBrokerIn } from '@rooms/standalone';
import { Disk } from './disk.js';
import { Proxy } from './proxy.js';
import { wait } from '../wait.js';

/** Small, so that checkpoints and new segments of the log come often, and a full disk is felt at once. */
const POSTGRES_SETTINGS = { max_wal_size: '256MB', min_wal_size: '80MB', checkpoint_timeout: '1min' };

/** Hears and repeats what it likes; hosts and rooms have keys of their own. */
const WATCHER = { name: 'watcher', password: randomBytes(16).toString('hex') };

interface Disks {
  postgres: Disk;
  nats: Disk;
}

/** PostgreSQL and NATS, each behind a line that can be cut, and where the machine allows it on a disk of its own. */
export class Servers {
  private constructor(
    private readonly folder: string,
    readonly disks: Disks | null,
    private postgres: PostgresServer,
    private nats: NatsServer,
    readonly postgresLine: Proxy,
    readonly natsLine: Proxy,
  ) {}

  static async start(folder: string, withDisks: boolean): Promise<Servers> {
    const disks = withDisks && {
      postgres: await Disk.mount(join(folder, 'postgres'), join(folder, 'images-postgres'), 3_072),
      nats: await Disk.mount(join(folder, 'nats'), join(folder, 'images-nats'), 1_024),
    };
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings: POSTGRES_SETTINGS });
    const nats = await startBrokerIn(folder, { users: [WATCHER] });
    return new Servers(folder, disks || null, postgres, nats, await Proxy.start(postgres.port), await Proxy.start(nats.port));
  }

  get postgresUrl(): string {
    return this.postgres.url;
  }

  get natsUrl(): string {
    return this.nats.url;
  }

  /** For one who may do everything. */
  get watchedUrl(): string {
    return this.nats.url.replace('//', `//${WATCHER.name}:${WATCHER.password}@`);
  }

  async killPostgres(downMs: number, meanwhile: () => Promise<void> | void = () => undefined): Promise<void> {
    if (isAlive(this.postgres.pid)) process.kill(this.postgres.pid, 'SIGKILL');
    await this.postgres.stop();
    await meanwhile();
    await wait(downMs);
    this.postgres = await startPostgres({ dataDir: join(this.folder, 'postgres'), settings: POSTGRES_SETTINGS });
    this.postgresLine.target = this.postgres.port;
  }

  get natsPid(): number {
    return this.nats.pid;
  }

  async killNats(downMs: number, meanwhile: () => Promise<void> | void = () => undefined): Promise<void> {
    if (isAlive(this.nats.pid)) process.kill(this.nats.pid, 'SIGKILL');
    await this.nats.stop();
    await meanwhile();
    await wait(downMs);
    this.nats = await startBrokerIn(this.folder, { users: [WATCHER] });
    this.natsLine.target = this.nats.port;
  }

  /** The broker comes back with nothing at all. */
  wipeNats(downMs: number): Promise<void> {
    return this.killNats(downMs, () => rmSync(join(this.folder, 'nats', 'store'), { recursive: true }));
  }

  async fillPostgres(forMs: number): Promise<void> {
    const { postgres: disk } = this.disks!;
    await disk.fill();
    await wait(forMs);
    disk.free();
    if (!isAlive(this.postgres.pid)) await this.killPostgres(0);
  }

  /** Publishing stays broken after the space is free again, until the broker is started anew. */
  async fillNats(forMs: number): Promise<void> {
    const { nats: disk } = this.disks!;
    await disk.fill();
    await wait(forMs);
    disk.free();
    await this.killNats(0);
  }

  async cutPowerOfPostgres(): Promise<void> {
    const all = [this.postgres.pid, ...childrenOf(this.postgres.pid)];
    await this.frozen(all, this.disks!.postgres);
    await this.killPostgres(0, () => this.thaw(this.disks!.postgres, 'postgres'));
  }

  async cutPowerOfNats(): Promise<void> {
    await this.frozen([this.nats.pid], this.disks!.nats);
    await this.killNats(0, () => this.thaw(this.disks!.nats, 'nats'));
  }

  private async frozen(pids: number[], disk: Disk): Promise<void> {
    signal(pids, 'SIGSTOP');
    const late = childrenOf(pids[0]!).filter((pid) => !pids.includes(pid)); // born between listing and stopping
    signal(late, 'SIGSTOP');
    await disk.freeze();
    signal([...pids, ...late], 'SIGKILL');
  }

  private async thaw(disk: Disk, name: string): Promise<void> {
    await disk.thaw();
    rmSync(join(this.folder, name, 'lock'), { force: true });
  }

  async settle(): Promise<void> {
    for (const disk of Object.values(this.disks ?? {}) as Disk[]) await disk.settle();
  }

  async stop(): Promise<void> {
    for (const part of [this.natsLine, this.postgresLine, this.nats, this.postgres]) await part.stop();
  }

  async unmount(): Promise<void> {
    for (const disk of Object.values(this.disks ?? {}) as Disk[]) await disk.unmount();
  }
}

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, name);
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 1);
  return pids.filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });
}
