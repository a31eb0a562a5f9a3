import { scoreOf } from './score.js';

const weights = { same_ip: 30, same_device: 50, bulk_registrations: 40, 'pattern:1': 7 };

describe('the score', () => {
  it.each([
    [[], 0], [['same_ip'], 30], [['same_ip', 'same_ip'], 30], [['same_ip', 'same_device'], 80], [['same_ip', 'pattern:1'], 37],
    [['same_ip', 'same_device', 'bulk_registrations'], 100], [['unheard_of', 'toString'], 0],
  ])('of %j is %d', (signals, score) => expect(scoreOf(signals, weights)).toBe(score));
});
