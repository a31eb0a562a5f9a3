import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTATIONS, type Mutation } from './mutations.js';

// `npm run mutations`: each of the listed faults is put into a copy of the compiled product, and the checker, which stays as it is, has to find it.

const root = new URL('../../..', import.meta.url).pathname;
const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, seed: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false } } });

interface Verdict {
  name: string;
  verdict: 'caught' | 'missed' | 'broken' | 'clean';
  /** the invariants that showed it, or why there is no verdict */
  by: string;
  seconds: number;
}

/** A copy of the compiled product with the mutation in it. @throws Error when the text to change is not there exactly once */
function mutated({ name, changes }: Pick<Mutation, 'name' | 'changes'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'referrals-mutation-'));
  for (const part of ['apps', 'libs', 'migrations']) {
    cpSync(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true, filter: (path) => !path.endsWith('.map') });
  }
  // what the product reads from its own checkout, beside the compiled files
  for (const beside of ['node_modules', 'apps', 'libs']) symlinkSync(join(root, beside), join(folder, beside));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const { file, from, to } of changes) {
    const path = join(folder, 'dist', file);
    const text = readFileSync(path, 'utf8');
    const count = text.split(from).length - 1;
    if (count !== 1) throw new Error(`'${name}' no longer applies: its text stands ${count} times in ${file}`);
    writeFileSync(path, text.replace(from, () => to));
  }
  return folder;
}

async function tryOut(mutation: Pick<Mutation, 'name' | 'changes' | 'run'>): Promise<Verdict> {
  const started = performance.now();
  const folder = mutated(mutation);
  const { profile, faults = 0, requests, users = 400 } = mutation.run;
  const numbers = { seed: values.seed, faults, requests, users, workers: 32, patience: 45 };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const said = await output([join(root, 'dist', 'chaos', 'main.js'), '--one', '--profile', profile, '--product', join(folder, 'dist'), ...args]);
  rmSync(folder, { recursive: true, force: true });
  for (const [kept] of said.matchAll(/(?<=kept for a look: )\S+/g)) rmSync(kept, { recursive: true, force: true });
  const found = [...said.matchAll(/^DIFFERENCE {2}(.*?): \{|^(TOO SLOW)/gm)].map(([, invariant, slow]) => invariant ?? slow!);
  const isOver = /^\d+ differences$/m.test(said);
  const verdict = found.length > 0 ? 'caught' : isOver ? 'missed' : 'broken';
  return { name: mutation.name, verdict, by: isOver ? found.join(' · ') : said.trim().split('\n').slice(-3).join(' '), seconds: (performance.now() - started) / 1_000 };
}

function output(args: string[]): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(process.execPath, ['--enable-source-maps', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (values.verbose) process.stderr.write(chunk);
    });
    child.once('close', () => resolve(said));
  });
}

function print({ name, verdict, by, seconds }: Verdict): void {
  console.log(`${verdict.padEnd(7)} ${seconds.toFixed(0).padStart(4)} s  ${name.padEnd(52)} ${by.slice(0, 200)}`);
}

const chosen = MUTATIONS.filter(({ name }) => name.includes(values.only));
for (const mutation of chosen) rmSync(mutated(mutation), { recursive: true }); // all of them apply, or nothing begins
const control = await tryOut({ name: 'control: nothing is broken', changes: [], run: { profile: 'none', requests: 400 } });
print({ ...control, verdict: control.verdict === 'missed' ? 'clean' : control.verdict });
let caught = 0;
for (const mutation of chosen) {
  const verdict = await tryOut(mutation);
  if (verdict.verdict === 'caught') caught += 1;
  print(verdict);
}
console.log(`\n${caught} of ${chosen.length} caught`);
process.exit(control.verdict === 'missed' && caught === chosen.length ? 0 : 1);
