import { countersOf, membersOf } from '../peer-views.js';
import type { Runtime } from '../runtime.js';
import { VERSION } from '../version.js';
import { ClockTrouble } from './clock-trouble.js';
import { Health } from './health.js';
import { HttpServices } from './http-services.js';
import type { Readings } from './metrics.js';

/** What a peer serves over HTTP from its start on. */
export function createHttpServices(runtime: Runtime): HttpServices {
  const { settings, emitter, log } = runtime;
  const readMs = (): number => runtime.readNow().monotonicMs;
  const clocks = new ClockTrouble(emitter, readMs);
  const startMs = readMs();
  const vitals = {
    status: () => runtime.status(),
    ageMs: () => readMs() - startMs,
    loopDelayMs: () => runtime.loopDelayMs,
    diskFailure: () => log.failure?.message,
    clocksDiffer: () => clocks.recent,
  };
  return new HttpServices({
    token: settings.httpToken,
    connectionsMax: settings.limits.httpConnectionsMax,
    health: new Health(vitals, settings.timings),
    readings: readingsOf(runtime),
    warn: (code, message) => runtime.warn(code, message),
  });
}

function readingsOf(runtime: Runtime): Readings {
  const { identity } = runtime;
  return {
    counters: () => ({ ...countersOf(runtime) }),
    members: () => membersOf(runtime),
    messages: () => {
      const { messages, heldBack } = runtime.status();
      return { kept: messages, heldBack };
    },
    isolated: () => runtime.status().isolated,
    queueBytes: () => runtime.links.waitingBytes,
    loopDelayMs: () => runtime.loopDelayMs,
    info: () => ({
      peer: identity.id,
      generation: String(identity.generation),
      nick: runtime.ownMeta.nick,
      version: VERSION,
    }),
  };
}
