import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { makeProgram } from './program.js';

/** The help of a command and of those below it, as it is printed. */
function chapters(command: Command, name: string): string[] {
  const help = command.createHelp();
  const text = command.configureHelp({ helpWidth: 120 }).helpInformation().trim();
  const below = help.visibleCommands(command).filter((child) => child.name() !== 'help').flatMap((child) => chapters(child, `${name} ${child.name()}`));
  return [`## ${name}\n\n\`\`\`text\n${text}\n\`\`\`\n`, ...below];
}

const DOCUMENT = `# Command line

\`npx referrals <command>\` in a checkout, against the running system of its data folder or the one named by \`--url\` and \`--key\`.
Exit codes: 0 done, 1 refused or failed (the stable word on stderr), 2 not understood. This page is the commands' own help, written by
\`npm run docs\`.

${chapters(makeProgram(), 'referrals').join('\n')}`;

/** Run from the workspace by `npm run docs`. */
writeFileSync(join(process.cwd(), 'docs', 'command-line.md'), DOCUMENT);
