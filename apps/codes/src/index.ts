export { codesRoom } from './codes.room.js';
