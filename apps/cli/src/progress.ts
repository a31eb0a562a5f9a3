import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  at(done: number, note: string): void;
  stop(): void;
}

/** Where nobody looks. */
const NONE: Progress = { at: () => undefined, stop: () => undefined };

/**
 * A bar while long work goes on; nothing where nobody looks, or a program reads the answer.
 * @param total null where nobody knows how much there is
 */
export function startProgress(json: boolean, total: number | null): Progress {
  if (json || !process.stderr.isTTY) return NONE;
  const format = total === null ? ' {value} done, {duration_formatted}  {note}' : ' {bar} {percentage} %  {note}, {eta_formatted} to go';
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true, stream: process.stderr }, Presets.shades_classic);
  bar.start(total ?? 0, 0, { note: '' });
  return { at: (done, note) => bar.update(done, { note }), stop: () => bar.stop() };
}
