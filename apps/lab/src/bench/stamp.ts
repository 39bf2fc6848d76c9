import { clockMs } from '../clock.js';

const headerBytes = 8;

/** A payload of `bytes` bytes (at least 8) that carries the time of its publication. */
export function stampedPayload(bytes: number): Buffer {
  const payload = Buffer.alloc(Math.max(bytes, headerBytes), 0x2e);
  payload.writeDoubleLE(clockMs(), 0);
  return payload;
}

/** Milliseconds since a stamped payload was published, or NaN if it carries no stamp. */
export function ageOf(payload: Uint8Array): number {
  if (payload.byteLength < headerBytes) return Number.NaN;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return clockMs() - view.getFloat64(0, true);
}
