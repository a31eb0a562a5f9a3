// NATS_URL=nats://127.0.0.1:4222 NATS_SEED=.data/secrets/nats-host node examples/ask-over-nats.mjs till
// A host's own service asks rooms without HTTP: the subject, one JSON envelope, the same words as over HTTP. Run `npm run build` first.
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { readFileSync } from 'node:fs';
import { codes, rewards } from '../dist/libs/contracts/src/index.js';

const nats = await connect({
  servers: process.env.NATS_URL,
  // replies come under the user's own name, where nobody else may listen
  inboxPrefix: '_INBOX_host',
  authenticator: nkeyAuthenticator(readFileSync(process.env.NATS_SEED)),
});

/** A contract says the subject and what its request and reply look like. */
async function ask(contract, request) {
  const envelope = { pattern: contract.subject, data: contract.request.parse(request), id: '1' };
  const { response, err } = (await nats.request(contract.subject, JSON.stringify(envelope), { timeout: 2_000 })).json();
  if (err) throw new Error(err.code);
  return contract.reply.parse(response);
}

const userId = process.argv[2];
const { code } = await ask(codes.issue, { userId });
const { balances } = await ask(rewards.getBalances, { userId });
console.log(JSON.stringify({ userId, code, balances }));
await nats.close();
