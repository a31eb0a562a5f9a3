import { consoleEn } from './console.en';
import { manageEn } from './manage.en';
import { portalEn } from './portal.en';
import { sharedEn } from './shared.en';
import { workEn } from './work.en';

export const en = { ...sharedEn, ...consoleEn, ...workEn, ...manageEn, ...portalEn };
