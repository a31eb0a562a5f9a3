import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDir } from './data-dir-lock.js';
import { startOf } from './processes.js';

describe('the lock of a data folder', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'referrals-lock-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('refuses a second holder in one line that names the folder and the process', async () => {
    await lockDataDir(dir);
    await expect(lockDataDir(dir)).rejects.toThrow(`the data folder ${dir} is in use by process ${process.pid}`);
  });

  it('is free again after its release, and leaves no file behind', async () => {
    (await lockDataDir(dir)).release();
    expect(existsSync(join(dir, 'lock'))).toBe(false);
    const again = await lockDataDir(dir);
    await expect(lockDataDir(dir)).rejects.toThrow('in use');
    again.release();
  });

  it('takes over from a process that died', async () => {
    const { pid } = spawnSync('true');
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid, start: '1' }));
    await lockDataDir(dir);
    await expect(lockDataDir(dir)).rejects.toThrow(`process ${process.pid}`);
  });

  it('waits a moment for a process that is about to end', async () => {
    const { pid } = spawn('sleep', ['0.3']);
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid, start: startOf(pid as number) }));
    await lockDataDir(dir);
    await expect(lockDataDir(dir)).rejects.toThrow(`process ${process.pid}`);
  });

  it('refuses while another process lives on', async () => {
    const other = spawn('sleep', ['30']);
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: other.pid, start: startOf(other.pid as number) }));
    await expect(lockDataDir(dir)).rejects.toThrow(`in use by process ${other.pid}`);
    other.kill('SIGKILL');
  });

  it('takes over when the number now belongs to a later process', async () => {
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: process.pid, start: `${startOf(process.pid)}0` }));
    await lockDataDir(dir);
    await expect(lockDataDir(dir)).rejects.toThrow('in use');
  });

  it('takes over a lock that was never written to its end', async () => {
    writeFileSync(join(dir, 'lock'), '{"pi');
    await lockDataDir(dir);
    await expect(lockDataDir(dir)).rejects.toThrow('in use');
  });

  it('makes a folder that is missing', async () => {
    await lockDataDir(join(dir, 'a', 'b'));
    expect(existsSync(join(dir, 'a', 'b', 'lock'))).toBe(true);
  });
});
