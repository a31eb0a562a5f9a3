import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { goalText, isReached, ratioText, type Figure } from './harness/report.js';
import { LINES } from './lines.js';

/**
 * `npm run bench`: every line of the table of goals, one after the other, and the table at the end. `npm run bench -- <name> [options]`: that one alone.
 * `-- --full`: at the sizes of the goals, which takes hours.
 */
const [first, ...rest] = process.argv.slice(2);
const isFull = first === '--full';
const chosen = first === undefined || isFull ? LINES : LINES.filter(({ name }) => name === first);
if (chosen.length === 0) {
  console.error(`no bench is called '${first}':\n${LINES.map(({ name, measures }) => `  ${name.padEnd(16)} ${measures}`).join('\n')}`);
  process.exit(2);
}

const rows: { figure: Figure; command: string }[] = [];
let failed = 0;
for (const { name, full } of chosen) {
  const options = isFull ? (full ?? []) : rest;
  const command = ['npm run bench --', name, ...options].join(' ');
  console.log(`\n── ${command}`);
  if ((await run(name, options, (figure) => rows.push({ figure, command }))) !== 0) failed += 1;
}
if (chosen.length > 1) printTable();
process.exitCode = failed > 0 ? 1 : 0;

function run(name: string, options: string[], take: (figure: Figure) => void): Promise<number | null> {
  return new Promise((resolve) => {
    const child = fork(new URL(`${name}.js`, import.meta.url).pathname, options, { execArgv: ['--enable-source-maps'] });
    const end = (): void => void child.kill('SIGTERM');
    process.once('SIGTERM', end).once('SIGINT', end);
    child.on('message', (figure: Figure) => take(figure)).on('exit', (code) => {
      process.off('SIGTERM', end).off('SIGINT', end);
      resolve(code);
    });
  });
}

/** As it stands in docs/performance.md. */
function printTable(): void {
  console.log(`\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), shared by load, servers and product\n`);
  console.log('| line | product | limit | ratio | goal | reached | command |\n| --- | --- | --- | --- | --- | --- | --- |');
  for (const { figure, command } of rows) {
    const { line, product, limit, ratio, note } = figure;
    console.log(`| ${line}${note ? ` (${note})` : ''} | ${product} | ${limit} | ${ratioText(ratio)} | ${goalText(figure)} | ${isReached(figure) ? 'yes' : 'no'} | \`${command}\` |`);
  }
}
