// Runs before every test file: properties draw the same cases each time, so that a run that failed
// fails again, and no change is refused for a case that it only happened to meet.
// HEARSAY_SEED is another seed, a whole number; `npm run fuzz` takes a new one each time.
import fc from 'fast-check';

const SEED = 20_260_101;

fc.configureGlobal({ seed: Number(process.env['HEARSAY_SEED'] ?? SEED) });
