// Whether the room of this container answers: the gateway over HTTP, every other room over NATS. Exit code 0 or 1.
import { readFile } from 'node:fs/promises';

const { ROOM, PORT, NATS_URL, DATA_DIR } = process.env;
const WITHIN_MS = 3_000;

async function gatewayAnswers() {
  const response = await fetch(`http://127.0.0.1:${PORT}/health/ready`, { signal: AbortSignal.timeout(WITHIN_MS) });
  return response.ok;
}

async function roomAnswers(room) {
  const { connect, nkeyAuthenticator } = await import('@nats-io/transport-node');
  const seed = await readFile(`${DATA_DIR}/secrets/nats-operator`);
  const connection = await connect({
    servers: NATS_URL.split(','), timeout: WITHIN_MS, reconnect: false, name: `${room}-health`, inboxPrefix: '_INBOX_operator',
    authenticator: nkeyAuthenticator(seed),
  });
  const subject = `${room}.health`;
  const reply = await connection.request(subject, JSON.stringify({ pattern: subject, data: {}, id: '1' }), { timeout: WITHIN_MS });
  await connection.close();
  return reply.json().response?.ok === true;
}

try {
  process.exit((await (ROOM === 'gateway' ? gatewayAnswers() : roomAnswers(ROOM))) ? 0 : 1);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
