import { rm } from 'node:fs/promises';

export default async function globalTeardown() {
  const { folder, servers } = globalThis.referralsTestServers;
  await Promise.all(servers.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
}
