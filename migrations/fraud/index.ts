import { FraudInitial } from './initial.js';

export const fraudMigrations = { room: 'fraud', migrations: [FraudInitial] };
