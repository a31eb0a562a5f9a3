import { readEnv } from '@referrals/config';
import { startGateway } from './http.js';

const gateway = await startGateway(readEnv());
process.stdout.write(`the gateway answers at ${gateway.url}\n`);
let ending = false;
const end = (): void => {
  if (ending) return;
  ending = true;
  gateway.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
