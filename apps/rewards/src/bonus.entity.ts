import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { BonusEvent, Family, HoldDecision, HoldReason, Party } from '@referrals/domain';
import type { BonusStatus } from './bonus-row.js';

/** A bonus as it is read for people; bookings go through `booking.queries.ts`. */
export const BonusEntity = defineEntity({
  name: 'Bonus',
  tableName: 'bonus',
  properties: {
    id: p.uuid().primary(),
    referralId: p.uuid(),
    userId: p.text(),
    party: p.text().$type<Party>(),
    family: p.text().$type<Family>(),
    event: p.text().$type<BonusEvent>(),
    trigger: p.text(),
    paymentId: p.text().nullable(),
    appId: p.text().nullable(),
    unit: p.text(),
    base: p.bigint('number'),
    multiplier: p.integer(),
    amount: p.bigint('number'),
    tier: p.text().nullable(),
    level: p.integer().nullable(),
    qualifiedCount: p.integer().nullable(),
    paidCount: p.integer().nullable(),
    programmeVersion: p.integer(),
    status: p.text().$type<BonusStatus>(),
    decision: p.text().$type<HoldDecision>(),
    score: p.integer().nullable(),
    holdReason: p.text().$type<HoldReason>().nullable(),
    holdUntil: p.datetime().nullable(),
    ledgerEntryIds: p.array(),
    triggeredAt: p.datetime(),
    claimAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    releasedAt: p.datetime().nullable(),
    held: p.bigint('number'),
    takenBack: p.bigint('number'),
  },
});
export type BonusEntity = InferEntity<typeof BonusEntity>;
