import { Controller, Inject } from '@nestjs/common';
import { access, batchRewards, events, rewards, stripe, type EventData, type Input, type Reply } from '@referrals/contracts';
import { On, Read, Room, Write, type ReceivedEvent, type RequestMeta, type RoomController, type Work } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { applyAssessments } from './apply-assessments.js';
import { applyDecisions } from './apply-decisions.js';
import { applyPayments, type PaymentReply, type PaymentRequest } from './apply-payments.js';
import { applyDisputes, applyRefunds, type DisputeReply, type DisputeRequest, type RefundReply, type RefundRequest } from './apply-returns.js';
import { applyWaitingPayments } from './apply-waiting-payments.js';
import { getBatchReward, recomputeBatchRewards } from './batch-rewards.js';
import type { BonusRow } from './bonus-row.js';
import { checkAccess, getAccess, type AccessReply } from './get-access.js';
import { getBalances, getTier } from './get-balances.js';
import { grantBonuses } from './grant-bonuses.js';
import { grantDays } from './grant-days.js';
import { getBonus, listBonuses } from './list-bonuses.js';
import { listLedger } from './list-ledger.js';
import { waitingPayments } from './money.queries.js';
import { noteAddresses } from './note-addresses.js';
import { noteImports } from './note-imports.js';
import { noteUsers } from './note-users.js';
import { grantAccess, revokeAccess } from './operate-access.js';
import { asAssessment, asDecision, asOccasion, asRevocation } from './received.js';
import { redeem, type RedemptionReply, type RedemptionRequest } from './redeem.js';
import { releaseHolds } from './release-holds.js';
import { revokeQualifications } from './revoke-qualifications.js';
import { setSubscription } from './set-subscription.js';
import { applyStripeEvents } from './stripe/apply-stripe-events.js';

type Contracts = typeof rewards & typeof access & typeof stripe & typeof batchRewards;
type Received<E extends keyof typeof events> = ReceivedEvent<EventData<(typeof events)[E]>>[];

@Controller()
export class RewardsController implements RoomController {
  constructor(@Inject(Room) readonly room: Room) {}

  @Write(rewards.applyPayment)
  applyPayment(requests: PaymentRequest[], metas: RequestMeta[]): Work<PaymentReply> {
    return (tx) => applyPayments(tx, requests, (index) => metas[index]?.actor ?? 'a host on NATS');
  }

  @Write(rewards.applyRefund)
  applyRefund(requests: RefundRequest[]): Work<RefundReply> {
    return (tx) => applyRefunds(tx, requests);
  }

  @Write(rewards.applyDispute)
  applyDispute(requests: DisputeRequest[]): Work<DisputeReply> {
    return (tx) => applyDisputes(tx, requests);
  }

  @Write(rewards.redeem)
  redeem(requests: RedemptionRequest[]): Work<RedemptionReply> {
    return (tx) => redeem(tx, requests);
  }

  @Write(rewards.releaseHolds)
  releaseHolds([request]: Input<Contracts['releaseHolds']>[]): Work<Reply<Contracts['releaseHolds']>> {
    return async (tx) => [await releaseHolds(tx, request!)];
  }

  @Read(rewards.getBalances)
  getBalances(input: Input<Contracts['getBalances']>): Promise<Reply<Contracts['getBalances']>> {
    return getBalances(this.room.db, input);
  }

  @Read(rewards.listBonuses)
  listBonuses(input: Input<Contracts['listBonuses']>): Promise<Reply<Contracts['listBonuses']>> {
    return listBonuses(this.room.db, input);
  }

  @Read(rewards.getBonus)
  getBonus(input: Input<Contracts['getBonus']>): Promise<Reply<Contracts['getBonus']>> {
    return getBonus(this.room.db, input);
  }

  @Read(rewards.listLedger)
  listLedger(input: Input<Contracts['listLedger']>): Promise<Reply<Contracts['listLedger']>> {
    return listLedger(this.room.db, input);
  }

  @Read(rewards.getTier)
  getTier(input: Input<Contracts['getTier']>): Promise<Reply<Contracts['getTier']>> {
    return getTier(this.room.db, input);
  }

  @Write(access.setSubscription)
  setSubscription([request]: Input<Contracts['setSubscription']>[]): Work<Reply<Contracts['setSubscription']>> {
    return async (tx) => [await setSubscription(tx, request!)];
  }

  @Write(access.grantAccess)
  grantAccess([request]: Input<Contracts['grantAccess']>[], [meta]: RequestMeta[]): Work<AccessReply> {
    return async (tx) => [await grantAccess(tx, request!, meta?.actor ?? 'nats')];
  }

  @Write(access.revokeAccess)
  revokeAccess([request]: Input<Contracts['revokeAccess']>[], [meta]: RequestMeta[]): Work<AccessReply> {
    return async (tx) => [await revokeAccess(tx, request!, meta?.actor ?? 'nats')];
  }

  @Write(stripe.applyStripeEvent)
  applyStripeEvent(requests: Input<Contracts['applyStripeEvent']>[]): Work<Reply<Contracts['applyStripeEvent']>> {
    return (tx) => applyStripeEvents(tx, requests);
  }

  @Write(batchRewards.recomputeBatchRewards)
  recomputeBatchRewards([request]: Input<Contracts['recomputeBatchRewards']>[]): Work<Reply<Contracts['recomputeBatchRewards']>> {
    return async (tx) => [await recomputeBatchRewards(tx, request!)];
  }

  @Read(batchRewards.getBatchReward)
  getBatchReward(input: Input<Contracts['getBatchReward']>): Promise<Reply<Contracts['getBatchReward']>> {
    return getBatchReward(this.room.db, input);
  }

  @Read(access.getAccess)
  getAccess(input: Input<Contracts['getAccess']>): Promise<AccessReply> {
    return getAccess(this.room.db, input);
  }

  @Read(access.checkAccess)
  checkAccess(input: Input<Contracts['checkAccess']>): Promise<null> {
    return checkAccess(this.room.db, input);
  }

  /** Before what it assesses: a bonus whose assessment is known is booked once, as paid. */
  @On(events.referralAssessed)
  async referralAssessed(tx: Transaction, received: Received<'referralAssessed'>): Promise<void> {
    this.log(await applyAssessments(tx, received.map(asAssessment)));
    await noteAddresses(tx, received);
  }

  @On(events.referralRegistered)
  async referralRegistered(tx: Transaction, received: Received<'referralRegistered'>): Promise<void> {
    const waiting = await waitingPayments(tx, received.map(({ data }) => data.refereeId));
    this.log(await grantBonuses(tx, 'registered', received.map(({ data }) => asOccasion(data, data.registeredAt))));
    this.log(await applyWaitingPayments(tx, waiting));
    this.log(await grantDays(tx, received.map(({ data }) => data.refereeId)));
  }

  @On(events.referralActivated)
  async referralActivated(tx: Transaction, received: Received<'referralActivated'>): Promise<void> {
    this.log(await grantBonuses(tx, 'activated', received.map(({ data }) => asOccasion(data, data.activatedAt))));
  }

  @On(events.referralAppActivated)
  async referralAppActivated(tx: Transaction, received: Received<'referralAppActivated'>): Promise<void> {
    this.log(await grantBonuses(tx, 'cross_app', received.map(({ data }) => asOccasion(data, data.usedAt, { appId: data.appId }))));
  }

  @On(events.referralQualified)
  async referralQualified(tx: Transaction, received: Received<'referralQualified'>): Promise<void> {
    this.log(await grantBonuses(tx, 'qualified', received.map(({ data, sequence }) => asOccasion(data, data.qualifiedAt, { paymentId: data.paymentId, sequence }))));
  }

  @On(events.referralRetained)
  async referralRetained(tx: Transaction, received: Received<'referralRetained'>): Promise<void> {
    this.log(await grantBonuses(tx, 'retained', received.map(({ data, sequence }) => asOccasion(data, data.retainedAt, { paymentId: data.paymentId, sequence }))));
  }

  @On(events.userUpdated)
  noteUsers(tx: Transaction, updated: Received<'userUpdated'>): Promise<void> {
    return noteUsers(tx, updated);
  }

  @On(events.referralRevoked)
  async referralRevoked(tx: Transaction, received: Received<'referralRevoked'>): Promise<void> {
    this.log(await revokeQualifications(tx, received.map(asRevocation)));
  }

  @On(events.reviewDecided)
  async reviewDecided(tx: Transaction, received: Received<'reviewDecided'>): Promise<void> {
    this.log(await applyDecisions(tx, received.map(asDecision)));
  }

  /** A payment that came before its referral counts for the level now. */
  @On(events.referralsImported)
  async referralsImported(tx: Transaction, received: Received<'referralsImported'>): Promise<void> {
    const waiting = await waitingPayments(tx, received.flatMap(({ data }) => data.referrals.map(({ refereeId }) => refereeId)));
    await noteImports(tx, received);
    this.log(await applyWaitingPayments(tx, waiting));
  }

  private log(bonuses: BonusRow[]): void {
    for (const { id: bonusId, referral_id: referralId, user_id: userId, event, amount, unit, status } of bonuses) {
      if (status === 'paid') this.room.log.info({ bonusId, referralId, userId, bonus: event, amount, unit }, 'referral_reward_granted');
    }
  }
}
