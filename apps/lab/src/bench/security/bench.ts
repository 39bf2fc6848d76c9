import type { Narrator } from '../../output/narrator.js';
import { describeMachine } from '../machine.js';
import { type FrameRates, measureFrames } from './frames.js';
import { measureHandshakes } from './handshakes.js';
import { type MessageRates, measureMessages } from './messages.js';
import { formatReport } from './report.js';

export interface SecurityBenchOptions {
  readonly narrator: Narrator;
  readonly quick: boolean;
}

const sizes = [128, 1_024, 16_384, 65_536];
const batches = [1, 16, 256];

/** Measures what handshakes, seals and signatures cost; prints a table. */
export async function benchSecurity({ narrator, quick }: SecurityBenchOptions): Promise<void> {
  const durationMs = quick ? 200 : 2_000;
  narrator.step('machine', describeMachine());
  narrator.step('measuring', 'handshakes');
  const handshakes = await measureHandshakes(durationMs);
  const frames: FrameRates[] = [];
  for (const bytes of sizes) {
    narrator.step('measuring', `frames of ${bytes} bytes`);
    frames.push(await measureFrames(bytes, durationMs));
  }
  const messages: MessageRates[] = [];
  for (const batch of batches) {
    narrator.step('measuring', `messages, ${batch} a batch`);
    messages.push(await measureMessages(batch, durationMs));
  }
  const results = { handshakes, frames, messages };
  narrator.result(`\n${formatReport(results)}`, results);
}
