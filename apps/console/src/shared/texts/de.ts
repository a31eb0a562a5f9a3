import { consoleDe } from './console.de';
import { portalDe } from './portal.de';
import { sharedDe } from './shared.de';

export const de = { ...sharedDe, ...consoleDe, ...portalDe };
