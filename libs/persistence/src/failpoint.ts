const hits = new Map<string, number>();
let armed: { name: string; at: number } | null = null;

/** Arms one failpoint, written `name` or `name:n`: at its n-th passage the process kills itself, as a power cut would. */
export function armFailpoint(text: string | undefined): void {
  const [name, at] = (text ?? '').split(':');
  armed = name ? { name, at: Number(at ?? 1) } : null;
}

/** A named point between two steps where a test can kill the process. Costs one comparison when nothing is armed. */
export function failpoint(name: string): void {
  if (!armed || armed.name !== name) return;
  const count = (hits.get(name) ?? 0) + 1;
  hits.set(name, count);
  if (count === armed.at) process.kill(process.pid, 'SIGKILL');
}
