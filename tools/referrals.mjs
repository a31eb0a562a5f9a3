#!/usr/bin/env node
import { join } from 'node:path';
import { build } from './build.mjs';
import { runChild } from './child.mjs';
import { environment, findNode, root } from './runtime.mjs';

/** `npx referrals <command>`: the command line of this checkout, compiled first when a source has changed. */
const node = findNode();
const built = await build(node, { quiet: true });
process.exitCode = built === 0 ? await runChild(node, [join(root, 'dist/apps/cli/src/main.js'), ...process.argv.slice(2)], environment()) : built;
