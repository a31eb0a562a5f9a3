import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

// The servers start before there is a configuration, and from tools; these two variables belong to the machine.

export const searchPath = (): string[] => (process.env.PATH ?? '').split(delimiter).filter(Boolean);

export const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'referrals');
