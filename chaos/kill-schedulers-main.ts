import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { killSchedulers } from './kill-schedulers.js';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, kills: { type: 'string', default: '50' }, holds: { type: 'string', default: '400000' } },
});
const seed = Number(values.seed ?? randomInt(1, 2 ** 31));
console.log(`seed ${seed}: npm run kill-schedulers -- --seed ${seed} --kills ${values.kills} --holds ${values.holds}`);
const { kills, waitedOut, holds, minutes, takenOver, unnoted, seconds, differences } = await killSchedulers({ seed, kills: Number(values.kills), holds: Number(values.holds) });
console.log(`one of two schedulers was killed ${kills} times in the middle of a run while ${holds} holds became due in ${minutes} minutes, ${seconds.toFixed(0)} s`);
console.log(`${takenOver} runs were taken over, ${waitedOut} of them after a lease that was waited out; ${unnoted} holds were released by steps that nobody noted down`);
for (const { invariant, detail } of differences) console.log(`DIFFERENCE  ${invariant}: ${JSON.stringify(detail)}`);
console.log(`${differences.length} differences`);
process.exit(differences.length === 0 ? 0 : 1);
