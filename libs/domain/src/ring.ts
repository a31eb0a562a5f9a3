/** A user was seen with a value that others were seen with, too. */
export interface Tie {
  /** one number per device or address; it says nothing of it */
  value: number;
  kind: 'device' | 'address';
  /** values are known by several keys for a while: those of one key are told apart from those of another */
  keyId: string;
  userId: string;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** What ties users together: one device or address, how many of them were seen with it, and when. */
export interface SharedValue {
  kind: Tie['kind'];
  users: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

export interface Ring {
  /** sorted */
  users: string[];
  /** devices first, each kind from the most shared to the least */
  evidence: SharedValue[];
}

/** Users tied to each other, at once or over others: the connected components of at least `minSize` users, the largest first. */
export function ringsOf(ties: readonly Tie[], minSize = 2): Ring[] {
  const heads = new Heads();
  const byValue = Map.groupBy(ties, ({ value }) => value);
  for (const [first, ...others] of byValue.values()) for (const { userId } of others) heads.join(first!.userId, userId);
  const users = Map.groupBy(new Set(ties.map(({ userId }) => userId)), (userId) => heads.of(userId));
  const values = Map.groupBy(byValue.values(), ([tie]) => heads.of(tie!.userId));
  return [...users]
    .filter(([, members]) => members.length >= Math.max(2, minSize))
    .map(([head, members]) => ({ users: members.sort(), evidence: evidenceOf(values.get(head)!) }))
    .sort((a, b) => b.users.length - a.users.length || (a.users[0]! < b.users[0]! ? -1 : 1));
}

/** Who belongs together has one head; found in nearly constant time. */
class Heads {
  private readonly next = new Map<string, string>();

  of(user: string): string {
    let head = user;
    for (let next = this.next.get(head); next !== undefined; next = this.next.get(head)) {
      const beyond = this.next.get(next);
      if (beyond !== undefined) this.next.set(head, beyond); // half the way for those who come after
      head = next;
    }
    return head;
  }

  join(one: string, other: string): void {
    const [first, second] = [this.of(one), this.of(other)];
    if (first !== second) this.next.set(second, first);
  }
}

/** While two keys are in force a value may be known twice; the key by which the most is known tells of all of it once. */
function evidenceOf(values: Tie[][]): SharedValue[] {
  const byKey = Map.groupBy(values, ([tie]) => tie!.keyId);
  const [most] = [...byKey].sort(([a, many], [b, few]) => tiesIn(few) - tiesIn(many) || (a < b ? -1 : 1));
  const shared = (most?.[1] ?? []).map((ties): SharedValue => ({
    kind: ties[0]!.kind,
    users: new Set(ties.map(({ userId }) => userId)).size,
    firstSeenAt: new Date(Math.min(...ties.map(({ firstSeenAt }) => firstSeenAt.getTime()))),
    lastSeenAt: new Date(Math.max(...ties.map(({ lastSeenAt }) => lastSeenAt.getTime()))),
  }));
  return shared.sort((a, b) => (a.kind === b.kind ? b.users - a.users || a.firstSeenAt.getTime() - b.firstSeenAt.getTime() : a.kind === 'device' ? -1 : 1));
}

const tiesIn = (values: Tie[][]): number => values.reduce((sum, ties) => sum + ties.length, 0);
