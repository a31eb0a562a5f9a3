import { consoleDe } from './console.de';
import { manageDe } from './manage.de';
import { portalDe } from './portal.de';
import { sharedDe } from './shared.de';
import { workDe } from './work.de';

export const de = { ...sharedDe, ...consoleDe, ...workDe, ...manageDe, ...portalDe };
