import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `npm run profile-table -- <folder>`: turns the CPU profiles that `CPU_PROFILES=<folder> npm run bench -- <name>` left into a table of where each process
 * spends its time. A sample counts where it was taken, not in its callers.
 */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  timeDeltas: number[];
}

const PARTS: [name: string, is: (functionName: string, url: string) => boolean][] = [
  ['idle', (name) => name === '(idle)'],
  ['garbage collection', (name) => name === '(garbage collector)'],
  ['sockets and files', (name, url) => /^(write\w*|readStart|shutdown|open|fsync)$/.test(name) && url === '' || /node:(net|internal\/stream_base|internal\/streams|stream|fs)/.test(url)],
  ['HTTP', (_, url) => /node:(_http|http|internal\/http)|fastify|find-my-way|light-my-request/.test(url)],
  ['NATS', (_, url) => /@nats-io/.test(url)],
  ['PostgreSQL driver', (_, url) => /node_modules\/pg|mikro-orm|kysely/.test(url)],
  ['Nest, RxJS', (_, url) => /@nestjs|rxjs/.test(url)],
  ['validation', (_, url) => /zod|ajv/.test(url)],
  ['other packages', (_, url) => /node_modules/.test(url)],
  ['libs', (_, url) => /\/libs\//.test(url)],
  ['rooms', (_, url) => /\/apps\//.test(url)],
  ['Node itself', () => true],
];

/** The room whose code is in it most; a profile does not say what process it is of. */
function processOf(profile: Profile): string {
  const rooms = profile.nodes.map(({ callFrame }) => /\/apps\/(\w+)\/src\/main\./.exec(callFrame.url)?.[1]).filter((room) => room !== undefined);
  return rooms[0] ?? 'load';
}

function sharesOf({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const partOf = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, PARTS.find(([, is]) => is(functionName, url))![0]]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const part = partOf.get(id)!;
    times.set(part, (times.get(part) ?? 0) + timeDeltas[index]!);
  });
  return times;
}

const folder = process.argv[2];
if (!folder) throw new Error('npm run profile-table -- <folder with .cpuprofile files>');
const columns = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile')).sort().map((name) => {
  const profile = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile;
  const times = sharesOf(profile);
  const busy = [...times].reduce((sum, [part, us]) => (part === 'idle' ? sum : sum + us), 0);
  return { process: processOf(profile), times, busy };
});
if (columns.length === 0) throw new Error(`${folder} holds no .cpuprofile`);
console.log(`| part of the busy time | ${columns.map(({ process: name }) => name).join(' | ')} |\n| --- |${' ---: |'.repeat(columns.length)}`);
for (const [part] of PARTS.filter(([name]) => name !== 'idle')) {
  console.log(`| ${part} | ${columns.map(({ times, busy }) => `${(((times.get(part) ?? 0) / busy) * 100).toFixed(0)} %`).join(' | ')} |`);
}
console.log(`| busy, seconds | ${columns.map(({ busy }) => (busy / 1_000_000).toFixed(1)).join(' | ')} |`);
