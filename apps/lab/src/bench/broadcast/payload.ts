import { clockMs } from '../../clock.js';

/** Time of publication (8), index of the origin (2), phase (2); then filled up. */
const payloadHeaderBytes = 12;

export interface PayloadHeader {
  readonly publishedAtMs: number;
  readonly origin: number;
  readonly phase: number;
}

/** A payload of `bytes` bytes (at least 12) that carries when, by whom and for what it was published. */
export function createPayload(bytes: number, origin: number, phase: number): Buffer {
  const payload = Buffer.alloc(Math.max(bytes, payloadHeaderBytes), 0x2e);
  payload.writeDoubleLE(clockMs(), 0);
  payload.writeUInt16LE(origin, 8);
  payload.writeUInt16LE(phase, 10);
  return payload;
}

export function readPayload(payload: Uint8Array): PayloadHeader {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    publishedAtMs: view.getFloat64(0, true),
    origin: view.getUint16(8, true),
    phase: view.getUint16(10, true),
  };
}
