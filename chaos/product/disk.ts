import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own in a file, for faults of disks: it can be full, and it can lose its power. Needs root and loop devices. */
export class Disk {
  private generation = 0;

  private constructor(
    private readonly folder: string,
    private readonly images: string,
  ) {}

  private get image(): string {
    return join(this.images, `disk-${this.generation}.img`);
  }

  static async mount(folder: string, images: string, megabytes: number): Promise<Disk> {
    mkdirSync(folder, { recursive: true });
    mkdirSync(images, { recursive: true });
    const disk = new Disk(folder, images);
    await run('truncate', ['-s', `${megabytes}M`, disk.image]);
    await run('mkfs.ext4', ['-q', '-F', '-m', '0', disk.image]);
    await run('mount', ['-o', 'loop', disk.image, folder]);
    return disk;
  }

  /** Takes all that is free, like a log that nobody rotates. */
  async fill(): Promise<void> {
    const { bavail, bsize } = statfsSync(this.folder);
    const ballast = join(this.folder, 'ballast');
    await run('fallocate', ['-l', String(bavail * bsize), ballast]).catch(() => writeFileSync(ballast, ''));
  }

  free(): void {
    rmSync(join(this.folder, 'ballast'), { force: true });
  }

  /** Everything written so far is on the disk, as it would be minutes after a start. */
  async settle(): Promise<void> {
    await run('sync', ['-f', this.folder]);
  }

  /** What a disk holds whose machine loses its power now. Whoever writes to it must be paused. */
  async freeze(): Promise<void> {
    await run('cp', ['--sparse=always', this.image, join(this.images, `disk-${this.generation + 1}.img`)]);
  }

  /** The frozen copy takes the place of the disk; its writers have ended. */
  async thaw(): Promise<void> {
    await run('umount', ['-l', this.folder]);
    rmSync(this.image);
    this.generation += 1;
    await run('mount', ['-o', 'loop', this.image, this.folder]);
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.folder]);
    rmSync(this.image, { force: true });
  }
}

/** @returns why there can be no disks of our own here; null when there can */
export async function whyNoDisks(folder: string): Promise<string | null> {
  if (process.platform !== 'linux') return 'loop mounts are Linux’s';
  if (process.getuid?.() !== 0) return 'loop mounts need root';
  if (!existsSync('/dev/loop-control')) return 'there are no loop devices here';
  try {
    const disk = await Disk.mount(join(folder, 'try'), join(folder, 'try-images'), 16);
    await disk.unmount();
    return null;
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  }
}
