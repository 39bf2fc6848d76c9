import type { Context } from '../context.js';
import { AnswerAllowance } from '../sync/answer-allowance.js';
import type { Replica } from '../sync/replica.js';
import type { CausalLog } from './causal-log.js';

/** A log as a replica that tells each neighbour what it may lack, and not all there is time and again. */
export function pacedLog(log: CausalLog, context: Context): Replica {
  const { limits, counters } = context;
  const allowance = new AnswerAllowance({
    burstBytes: limits.logAnswerBurstBytes,
    bytesPerSecond: limits.logAnswerBytesPerSecond,
    accountsMax: limits.membersMax,
  });
  const nowMs = (): number => context.now.monotonicMs;
  return {
    summary: () => log.summary(),
    contentHash: () => log.contentHash(),
    missing: function* (summary, to) {
      if (to !== undefined) allowance.began(to, nowMs(), log.digest.content);
      for (const delta of log.missing(summary)) {
        if (to !== undefined) allowance.spent(to, delta.length);
        yield delta;
      }
    },
    answerPauseMs: (to) => {
      const pauseMs = allowance.pauseMs(to, nowMs(), log.digest.content);
      if (pauseMs > 0) counters.answersDelayed += 1;
      return pauseMs;
    },
    merge: (delta, from) => log.merge(delta, from),
  };
}
