/** One bench, a program of its own: what it measures, and the size of the goal where that is more than a coffee break's. */
export interface Line {
  name: string;
  measures: string;
  full?: string[];
}

/** The table of goals, in its order. Each runs alone by its name. */
export const LINES: Line[] = [
  { name: 'register-burst', measures: 'registrations over 128 connections beside one SQL call each, and the time until the backlog is paid' },
  { name: 'register-one', measures: 'the time of one registration over one connection beside one SQL call' },
  { name: 'pipeline', measures: 'registrations up to their paid bonuses, for as long as one likes, beside one SQL call that does it all', full: ['--seconds', '60'] },
  { name: 'hot-code', measures: 'one campaign code for everybody beside codes at random' },
  { name: 'validate', measures: 'look-ups of codes through HTTP beside reads by primary key' },
  { name: 'stripe', measures: 'signed webhooks, first and again, beside one SQL call' },
  { name: 'hold-release', measures: 'holds that are due all at once beside the shortest SQL in batches', full: ['--holds', '1000000', '--rounds', '1'] },
  { name: 'batch-rewards', measures: 'recomputing all batch rewards beside the set-based SQL, and beside one referrer at a time' },
  { name: 'dashboard', measures: 'thirty days of statistics beside a raw aggregation of the events', full: ['--events', '10000000'] },
  { name: 'console', measures: 'every question of the console among many referrals', full: ['--referrals', '1000000'] },
  { name: 'growth', measures: 'registration, reads and the log of changes on ten times the data', full: ['--referrals', '1000000', '--events', '0'] },
  { name: 'two-instances', measures: 'every room twice on the same cores, beside every room once' },
  { name: 'import', measures: 'history from a CSV file, killed on the way, beside the bare COPY of its rows', full: ['--referrals', '1000000'] },
  { name: 'cpu', measures: 'processor time of every process per registration' },
];
