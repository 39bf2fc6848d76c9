export { createEventQueue, type EventQueue } from './event-queue.js';
