import { consoleEn } from './console.en';
import { portalEn } from './portal.en';
import { sharedEn } from './shared.en';

export const en = { ...sharedEn, ...consoleEn, ...portalEn };
