import { CodesClicks } from './clicks.js';
import { CodesInitial } from './initial.js';

export const codesMigrations = { room: 'codes', migrations: [CodesInitial, CodesClicks] };
