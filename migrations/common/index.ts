import { CommonInitial } from './initial.js';

export const commonMigrations = { room: 'common', migrations: [CommonInitial] };
