import { exportsOf } from '../exports.js';
import { userLookUpsOf } from '../user-look-ups.js';
import { FraudAddresses } from './addresses.js';
import { FraudErasure } from './erasure.js';
import { FraudInitial } from './initial.js';
import { FraudObserveBinary } from './observe-binary.js';
import { FraudPartitions } from './partitions.js';
import { FraudReviewLists } from './review-lists.js';
import { FraudRings } from './rings.js';
import { FraudSignals } from './signals.js';
import { FraudUserNotes } from './user-notes.js';

export const fraudMigrations = {
  room: 'fraud',
  migrations: [FraudInitial, FraudSignals, FraudAddresses, FraudRings, FraudUserNotes, FraudPartitions, FraudObserveBinary, FraudReviewLists, exportsOf('fraud'), FraudErasure, userLookUpsOf('fraud', ['tie.user_id'])],
};
