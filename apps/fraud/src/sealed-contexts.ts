import { ClientContext } from '@referrals/contracts';
import { Opener } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { addressValues } from './address.js';
import type { DevicePatterns } from './device-patterns.js';
import { nothingKnown, type ContextFingerprints, type Fingerprints } from './fingerprints.js';

const LIVING_KEYS = 'select key_id as "keyId", private_key as "privateKey" from sealing_key where private_key is not null';
/** How long a process may still hold a key that has been destroyed. */
const REMEMBERED_MS = 10 * 60 * 1_000;

/** What patterns are compared with; the address is only ever a parameter of a query. */
export interface SignUp extends ContextFingerprints {
  address: string | null;
  /** ids of the device patterns that match */
  matches: string[];
}

/** Whatever runs a query: a transaction, or the database itself for a look alone. */
type Reader = Pick<Transaction, 'rows'>;

/** Opens boxes and turns what is in them into fingerprints at once: nothing raw is kept. */
export class SealedContexts {
  private keys = new Map<string, string>();
  private opener = new Opener(() => null);
  private readAt = -Infinity;

  constructor(private readonly fingerprints: Fingerprints) {}

  /** In the order given. A box that cannot be opened leaves nothing but a note: its event counts all the same. */
  async read(tx: Reader, boxes: (string | null)[]): Promise<ContextFingerprints[]> {
    return (await this.open(tx, boxes)).map((content) => (typeof content === 'string' ? nothingKnown(content) : this.fingerprints.ofContext(content)));
  }

  /** The same for sign-ups, which operators' patterns are compared with too. */
  async readSignUps(tx: Reader, boxes: (string | null)[], patterns: DevicePatterns): Promise<SignUp[]> {
    return (await this.open(tx, boxes)).map((content) => {
      if (typeof content === 'string') return { ...nothingKnown(content), address: null, matches: [] };
      const address = content.ip === undefined ? null : (addressValues(content.ip)?.[0]?.address ?? null);
      return { ...this.fingerprints.ofContext(content), address, matches: patterns.matching(content) };
    });
  }

  addressGroup(address: string | null, referrerId: string): string | null {
    return address === null ? null : this.fingerprints.addressGroup(address, referrerId);
  }

  private async open(tx: Reader, boxes: (string | null)[]): Promise<(ClientContext | 'no_context' | 'unreadable_context')[]> {
    await this.loadKeys(tx, boxes);
    return boxes.map((box) => {
      if (box === null) return 'no_context';
      const content = ClientContext.safeParse(this.opener.open(box));
      return content.success ? content.data : 'unreadable_context';
    });
  }

  private async loadKeys(tx: Reader, boxes: (string | null)[]): Promise<void> {
    const wanted = new Set(boxes.filter((box) => box !== null).map(keyIdOf));
    if (wanted.size === 0) return;
    const isFresh = performance.now() - this.readAt < REMEMBERED_MS;
    if (isFresh && [...wanted].every((keyId) => this.keys.has(keyId))) return;
    const rows = await tx.rows<{ keyId: string; privateKey: string }>(LIVING_KEYS);
    const keys = new Map(rows.map(({ keyId, privateKey }) => [keyId, privateKey]));
    this.keys = keys;
    this.opener = new Opener((keyId) => keys.get(keyId) ?? null);
    this.readAt = performance.now();
  }
}

/** A box reads `v1.<key id>.…` */
const keyIdOf = (box: string): string => box.split('.')[1] ?? '';
