import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { backPressure } from './back-pressure.js';

const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string', default: '600' }, 'per-second': { type: 'string', default: '50' } } });
const seed = Number(values.seed ?? randomInt(1, 2 ** 31));
console.log(`seed ${seed}: npm run back-pressure -- --seed ${seed} --seconds ${values.seconds} --per-second ${values['per-second']}`);
const { registrations, backlog, refusals, slowestMs, drainSeconds, memory, differences } = await backPressure({
  seed, seconds: Number(values.seconds), perSecond: Number(values['per-second']),
});
console.log(`rewards stood still for ${values.seconds} s: ${registrations} registrations, ${backlog} of them waiting at the end, quiet ${drainSeconds.toFixed(1)} s after it went on`);
console.log(`payments meanwhile, by status: ${JSON.stringify(refusals)}; slowest answer ${slowestMs.toFixed(0)} ms`);
for (const { name, before, most } of memory) console.log(`${name.padEnd(16)} ${String(before).padStart(5)} MB before, ${String(most).padStart(5)} MB at most`);
for (const { invariant, detail } of differences) console.log(`DIFFERENCE  ${invariant}: ${JSON.stringify(detail)}`);
console.log(`${differences.length} differences`);
process.exit(differences.length === 0 ? 0 : 1);
