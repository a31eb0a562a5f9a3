import { GatewayInitial } from './initial.js';

export const gatewayMigrations = { room: 'gateway', migrations: [GatewayInitial] };
