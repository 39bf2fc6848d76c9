import type { Effect, PeerEvent } from './effect.js';
import type { Address, LinkId } from './input.js';
import type { Priority } from './priority.js';
import type { Counters } from './view.js';
import { encodeFrame, type Frame } from './wire/frame.js';

const NONE: readonly Effect[] = [];

/** Collects the effects of one step. */
export class Outbox {
  readonly #counters: Counters;
  #effects: Effect[] | undefined;

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
    this.push({ kind: 'send', link, bytes, priority });
  }

  dial(address: Address): void {
    this.#counters.dials += 1;
    this.push({ kind: 'dial', address });
  }

  close(link: LinkId, code: number, reason: string): void {
    this.push({ kind: 'close', link, code, reason });
  }

  emit(event: PeerEvent): void {
    this.push({ kind: 'event', event });
  }

  push(effect: Effect): void {
    // Not a push into an empty list: that makes room for many, and most steps have one effect.
    if (this.#effects === undefined) this.#effects = [effect];
    else this.#effects.push(effect);
  }

  take(): readonly Effect[] {
    const effects = this.#effects ?? NONE;
    this.#effects = undefined;
    return effects;
  }
}
