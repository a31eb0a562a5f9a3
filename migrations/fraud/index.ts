import { FraudInitial } from './initial.js';
import { FraudErasure } from './erasure.js';

export const fraudMigrations = { room: 'fraud', migrations: [FraudInitial, FraudErasure] };
