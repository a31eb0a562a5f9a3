import { config } from 'zod';

/** The nonce of this page's answer: what writes style tags must bear it. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// The library that locks scrolling under dialogs looks for its nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce });
// The policy allows no code made of text; the schemas shall not even try.
config({ jitless: true });
