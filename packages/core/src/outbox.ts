import type { Effect, PeerEvent } from './effect.js';
import type { Address, LinkId } from './input.js';
import type { Priority } from './priority.js';
import type { Counters } from './view.js';
import { encodeFrame, type Frame } from './wire/frame.js';

/** Collects the effects of one step. */
export class Outbox {
  readonly #counters: Counters;
  #effects: Effect[] = [];

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  send(link: LinkId, frame: Frame, priority: Priority = 'control'): void {
    this.sendBytes(link, encodeFrame(frame), priority);
  }

  /** Bytes of whole frames, encoded once and shared by every link they go to. */
  sendBytes(link: LinkId, bytes: Uint8Array, priority: Priority): void {
    this.#counters.framesOut += 1;
    this.#counters.bytesOut += bytes.length;
    this.#effects.push({ kind: 'send', link, bytes, priority });
  }

  dial(address: Address): void {
    this.#counters.dials += 1;
    this.#effects.push({ kind: 'dial', address });
  }

  close(link: LinkId, code: number, reason: string): void {
    this.#effects.push({ kind: 'close', link, code, reason });
  }

  emit(event: PeerEvent): void {
    this.#effects.push({ kind: 'event', event });
  }

  push(effect: Effect): void {
    this.#effects.push(effect);
  }

  take(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
