import { Refusal } from '@referrals/domain';

/** @throws Refusal `unavailable` when the work takes longer; its outcome is then unknown */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal('unavailable', { retryAfterSeconds: 1 })), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
