import { start } from '../shared/start';
import { App } from './app';

start(<App />);
