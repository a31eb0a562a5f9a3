import { GatewayInitial } from './initial.js';
import { GatewayKeyOrigins } from './origins.js';

export const gatewayMigrations = { room: 'gateway', migrations: [GatewayInitial, GatewayKeyOrigins] };
