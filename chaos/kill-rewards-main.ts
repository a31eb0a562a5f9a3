import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { killRewards } from './kill-rewards.js';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, kills: { type: 'string', default: '100' }, payments: { type: 'string', default: '2000' } },
});
const seed = Number(values.seed ?? randomInt(1, 2 ** 31));
console.log(`seed ${seed}: npm run kill-rewards -- --seed ${seed} --kills ${values.kills} --payments ${values.payments}`);
const { kills, payments, tries, answers, seconds, differences } = await killRewards({ seed, kills: Number(values.kills), payments: Number(values.payments) });
console.log(`rewards was killed ${kills} times while ${payments} payments were posted in ${tries} requests, ${seconds.toFixed(0)} s; answers: ${JSON.stringify(answers)}`);
for (const { invariant, detail } of differences) console.log(`DIFFERENCE  ${invariant}: ${JSON.stringify(detail)}`);
console.log(`${differences.length} differences`);
process.exit(differences.length === 0 ? 0 : 1);
