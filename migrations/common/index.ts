import { CommonInitial } from './initial.js';
import { CommonErasure } from './erasure.js';

export const commonMigrations = { room: 'common', migrations: [CommonInitial, CommonErasure] };
