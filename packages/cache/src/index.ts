export { type CacheLimits, DEFAULT_CACHE_LIMITS } from './limits.js';
