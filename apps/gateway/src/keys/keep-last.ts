import type { FetchImplementation } from 'jose';

const MAX_BYTES = 256 * 1_024;

/** Fetches a key set; while it cannot be read, the one that was read last stays in use. */
export function keepLast(): FetchImplementation {
  let last: string | null = null;
  return async (url, options) => {
    try {
      const answer = await fetch(url, { ...options, redirect: 'error' });
      const text = await answer.text();
      if (!answer.ok || text.length > MAX_BYTES) throw new Error('no key set');
      JSON.parse(text);
      last = text;
    } catch (error) {
      if (last === null) throw error;
    }
    return new Response(last, { status: 200, headers: { 'content-type': 'application/json' } });
  };
}
