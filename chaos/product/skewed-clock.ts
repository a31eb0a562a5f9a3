// Imported first into a process of the product (`node --import`): its own clock is then wrong by so much.
const skewMs = Number(process.env['CHAOS_CLOCK_SKEW_MS'] ?? 0);
const Right = Date;

globalThis.Date = new Proxy(Right, {
  construct: (target, given: unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [Right.now() + skewMs] : given, newTarget) as Date,
  apply: () => new Right(Right.now() + skewMs).toString(),
  get: (target, name, receiver) => (name === 'now' ? () => Right.now() + skewMs : (Reflect.get(target, name, receiver) as unknown)),
});
