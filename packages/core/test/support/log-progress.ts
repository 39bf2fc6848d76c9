import type { Message } from '../../src/effect.js';
import type { CausalLog } from '../../src/log/causal-log.js';
import type { Gap } from '../../src/log/log-progress.js';

/** What a log delivered and skipped since the last look. */
export function takeProgress(log: CausalLog): {
  messages: Message[];
  gaps: Omit<Gap, 'kind'>[];
} {
  const messages: Message[] = [];
  const gaps: Omit<Gap, 'kind'>[] = [];
  for (const progress of log.takeProgress()) {
    if (progress.kind === 'delivery') messages.push(...progress.messages);
    if (progress.kind === 'gap') {
      gaps.push({ stream: progress.stream, from: progress.from, to: progress.to });
    }
  }
  return { messages, gaps };
}
