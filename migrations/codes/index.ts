import { CodesInitial } from './initial.js';

export const codesMigrations = { room: 'codes', migrations: [CodesInitial] };
