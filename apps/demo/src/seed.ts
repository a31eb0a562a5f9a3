import type { ReferralsClient } from '@referrals/client';
import { scheduler } from '@referrals/contracts';
import { DAY, iso } from './fact.js';
import { changeProgramme, decideSome, finish, prepare } from './operate.js';
import type { Plan } from './plan.js';
import type { Quiet } from './quiet.js';
import { Teller } from './tell.js';

/** The clock moves on twice a day: sign-ups of one instant would look like bots. */
const STEP = DAY / 2;

export interface Seeding {
  client: ReferralsClient;
  quiet: Quiet;
  /** where webhooks go; none without */
  webhookUrl?: string;
  onDay?: (day: number, days: number) => void;
}

/** Lives through the plan on the test clock, through the product's own API; afterwards the clock runs from the plan's end on. @returns how much was refused */
export async function seed(plan: Plan, { client, quiet, webhookUrl, onDay }: Seeding): Promise<number> {
  const teller = new Teller(client);
  const steps = Math.ceil((plan.end - plan.start) / STEP);
  const stepOf = (at: number): number => Math.min(steps - 1, Math.floor((at - plan.start) / STEP));
  const byStep = Map.groupBy(plan.facts, ({ at }) => stepOf(at));
  await client.call(scheduler.setClock, { now: iso(plan.start) });
  await prepare(client, plan);
  for (let step = 0; step < steps; step += 1) {
    await client.call(scheduler.setClock, { now: iso(Math.min(plan.start + (step + 1) * STEP, plan.end)) });
    await teller.tellAll(byStep.get(step) ?? []);
    await quiet.wait();
    if (step % 2 === 1) await endOfDay(client, (step - 1) / 2, plan, webhookUrl ?? null);
    onDay?.((step + 1) / 2, steps / 2);
  }
  await client.call(scheduler.runJob, { name: 'retention-check' });
  await client.call(scheduler.runJob, { name: 'batch-rewards' });
  await quiet.wait();
  await client.call(scheduler.setClock, { now: iso(plan.end), running: true });
  return teller.refused;
}

async function endOfDay(client: ReferralsClient, day: number, plan: Plan, webhookUrl: string | null): Promise<void> {
  const days = Math.round((plan.end - plan.start) / DAY);
  await client.call(scheduler.runJob, { name: 'hold-release' });
  if (day % 7 === 6) await client.call(scheduler.runJob, { name: 'retention-check' });
  if (day % 11 === 10) await decideSome(client);
  if (day === Math.floor(days / 2)) await changeProgramme(client);
  if (day === days - 4) await finish(client, plan, webhookUrl);
}
