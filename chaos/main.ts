import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PROFILES, type Profile } from './profiles.js';
import { report } from './report.js';
import { runChaos } from './run.js';

const number = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    seed: number, seconds: number, faults: number, requests: number, workers: number, users: number, instances: number, product: number, patience: number, minutes: number, one: { type: 'boolean', default: false },
    profile: { type: 'string', default: 'mixed' }, disks: { type: 'boolean', default: false }, quiet: { type: 'boolean', default: false },
  },
});
if (!Object.hasOwn(PROFILES, values.profile)) throw new Error(`unknown profile '${values.profile}': one of ${Object.keys(PROFILES).join(', ')}`);
const seed = Number(values.seed ?? randomInt(1, 2 ** 31));
const [seconds, faults, requests] = [values.seconds ?? (values.faults || values.requests ? 0 : 60), values.faults ?? 0, values.requests ?? 0].map(Number);
const [workers, users, instances] = [values.workers ?? 32, values.users ?? Math.max(4_000, requests! / 10), values.instances ?? 1].map(Number);
const profile = values.profile as Profile;
console.log(`npm run chaos -- --seed ${seed} ${process.argv.slice(2).filter((word, at, all) => word !== '--seed' && all[at - 1] !== '--seed').join(' ')}`);
const started = performance.now();
const say = values.quiet ? () => undefined : (line: string) => console.log(`${((performance.now() - started) / 1_000).toFixed(1).padStart(7)}  ${line}`);
const result = await runChaos({
  seed, profile, disks: values.disks || profile === 'power', say, seconds: seconds!, faults: faults!, requests: requests!, workers: workers!, users: users!, instances: instances!,
  product: values.product, inOne: values.one, minutes: Number(values.minutes ?? Infinity), patienceSeconds: Number(values.patience ?? 120),
});
process.exit(report(result) ? 0 : 1);
