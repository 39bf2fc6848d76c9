import { chat } from './chat.js';
import type { Experiment } from './experiment.js';
import { hyparview } from './hyparview.js';
import { idle } from './idle.js';
import { lifeguard } from './lifeguard.js';
import { partition } from './partition.js';
import { roster } from './roster.js';
import { trees } from './trees.js';

/** Every experiment of the command line. */
export const EXPERIMENTS: readonly Experiment[] = [
  lifeguard,
  partition,
  idle,
  hyparview,
  trees,
  chat,
  roster,
];
