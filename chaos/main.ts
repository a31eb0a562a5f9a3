import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runChaos } from './run.js';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, seconds: { type: 'string', default: '60' }, workers: { type: 'string', default: '12' }, quiet: { type: 'boolean', default: false } },
});
const seed = Number(values.seed ?? randomInt(1, 2 ** 31));
console.log(`seed ${seed}: npm run chaos -- --seed ${seed} --seconds ${values.seconds}`);
const say = values.quiet ? () => undefined : (line: string) => console.log(`  ${line}`);
const result = await runChaos({ seed, seconds: Number(values.seconds), workers: Number(values.workers), say });

console.log('\nfaults');
for (const [name, count] of [...result.faults].sort()) console.log(`  ${String(count).padStart(4)}  ${name}`);
const count = [...result.faults.values()].reduce((sum, n) => sum + n, 0);
console.log(`\n${count} faults, ${result.requests} requests, ${result.acknowledged} acknowledged, quiet ${result.quietAfterSeconds.toFixed(1)} s after the last fault`);
for (const { invariant, detail } of result.differences) console.log(`DIFFERENCE  ${invariant}: ${JSON.stringify(detail)}`);
console.log(`${result.differences.length} differences`);
process.exit(result.differences.length === 0 ? 0 : 1);
