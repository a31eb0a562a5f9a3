import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsDocument } from './events-document.js';

/** Run from the workspace by `npm run docs`. */
writeFileSync(join(process.cwd(), 'docs', 'events.md'), eventsDocument());
