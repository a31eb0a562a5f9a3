/** The programme is a tree of numbers, switches and words; the form is made from it, so that a new number needs no new page. */
export type Leaf = number | boolean | string | null;
export interface Field {
  /** as `bonuses.registered.referrer` */
  path: string;
  value: Leaf;
}

export function fieldsOf(tree: unknown, path = ''): Field[] {
  if (tree === null || typeof tree !== 'object') return [{ path, value: tree as Leaf }];
  return Object.entries(tree).flatMap(([name, part]) => fieldsOf(part, path === '' ? name : `${path}.${name}`));
}

/** A copy with one leaf changed. */
export function withField<Tree>(tree: Tree, path: string, value: Leaf): Tree {
  const [name = '', ...rest] = path.split('.');
  const copy = (Array.isArray(tree) ? [...(tree as unknown[])] : { ...tree }) as Record<string, unknown>;
  copy[name] = rest.length === 0 ? value : withField(copy[name], rest.join('.'), value);
  return copy as Tree;
}

export interface Change {
  path: string;
  before: Leaf | undefined;
  after: Leaf | undefined;
}

/** What differs between two programmes, leaf by leaf. */
export function changesBetween(before: unknown, after: unknown): Change[] {
  const old = new Map(fieldsOf(before).map(({ path, value }) => [path, value]));
  const now = new Map(fieldsOf(after).map(({ path, value }) => [path, value]));
  return [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path)).map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}
