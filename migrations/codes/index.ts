import { CodesClicks } from './clicks.js';
import { CodesInitial } from './initial.js';
import { CodesErasure } from './erasure.js';

export const codesMigrations = { room: 'codes', migrations: [CodesInitial, CodesClicks, CodesErasure] };
