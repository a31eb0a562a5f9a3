import { describe, expect, it } from '@jest/globals';
import { nkeys } from '@nats-io/transport-node';
import { newSeed, nkeyOf } from './nkey.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the key of a broker user', () => {
  it.each(Array.from({ length: 5 }, newSeed))('is read, named and used by the broker’s own library as by us: %#', (seed) => {
    const theirs = nkeys.fromSeed(bytes(seed));
    const ours = nkeyOf(seed);
    expect(ours.publicKey).toMatch(/^U[A-Z2-7]{55}$/);
    expect(ours.publicKey).toBe(theirs.getPublicKey());
    expect(theirs.verify(bytes('a nonce'), nkeys.decode(ours.sign('a nonce').replaceAll('-', '+').replaceAll('_', '/')))).toBe(true);
  });

  it('is taken from a seed of the library as well', () => {
    const theirs = nkeys.createUser();
    expect(nkeyOf(new TextDecoder().decode(theirs.getSeed())).publicKey).toBe(theirs.getPublicKey());
  });
});
