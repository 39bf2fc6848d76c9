import { randomBytes } from 'node:crypto';
import { DEFAULT_LIMITS } from '@hearsay/core';
import {
  decodeFrames,
  encodeFrame,
  type Frame,
  type Hello,
  type ReadFrame,
  VERSION_MAX,
  VERSION_MIN,
} from '@hearsay/core/wire';
import { NetworkKeys } from '@hearsay/node';
import { DiallerHandshake, linkIdentity, Opener, Sealer } from '@hearsay/node/wire';
import type { Ending, Scene, Target } from './attack.js';
import type { Offender } from './offender.js';
import { RawWebSocket } from './raw-web-socket.js';

export interface MemberOptions {
  readonly scene: Pick<Scene, 'network' | 'networkKey' | 'from'>;
  readonly offender: Offender;
  /** What its hello says besides, true or not. */
  readonly hello?: Partial<Hello> | undefined;
}

/** A link made with the right network key, on which anything may be said. */
export class MemberLink {
  readonly socket: RawWebSocket;
  readonly target: Target;
  /** Called with each frame of the peer. */
  onFrame: (frame: ReadFrame) => void = () => undefined;
  readonly #sealer: Sealer;
  readonly #opener: Opener;

  private constructor(
    socket: RawWebSocket,
    target: Target,
    keys: { sending: Uint8Array; receiving: Uint8Array },
  ) {
    this.socket = socket;
    this.target = target;
    this.#sealer = new Sealer(keys.sending);
    this.#opener = new Opener(keys.receiving);
    socket.onMessage = (message) => this.#take(message);
    socket.listen();
  }

  /** Shakes hands and says hello. Undefined when the peer has no place for it. */
  static async open(target: Target, options: MemberOptions): Promise<MemberLink | undefined> {
    const { scene, offender } = options;
    const socket = await RawWebSocket.open(target, scene.from);
    if (socket === undefined) return undefined;
    const keyring = NetworkKeys.of(Buffer.from(scene.networkKey));
    const handshake = new DiallerHandshake(linkIdentity(offender.keys, scene.network, keyring));
    socket.send(handshake.begin());
    const answer = await socket.next();
    const step = answer === undefined ? undefined : handshake.receive(answer);
    if (step?.kind !== 'done' || step.bytes === undefined) {
      socket.contact.destroy();
      return undefined;
    }
    socket.send(step.bytes);
    const link = new MemberLink(socket, target, step.session.keys);
    link.say(helloOf(options));
    return link;
  }

  get open(): boolean {
    return this.socket.open;
  }

  /** Seals frames as one message, and sends it. */
  say(...frames: readonly Frame[]): boolean {
    return this.saySealed(Buffer.concat(frames.map((frame) => encodeFrame(frame))));
  }

  /** Seals any bytes as one message, and sends it. */
  saySealed(bytes: Uint8Array): boolean {
    return this.socket.send(this.#sealer.seal(bytes));
  }

  /** Seals bytes as the next message without sending them. */
  seal(bytes: Uint8Array): Buffer {
    return Buffer.from(this.#sealer.seal(bytes));
  }

  /** Marks the beginning of the offence. */
  offend(): void {
    this.socket.contact.offend();
  }

  drained(): Promise<void> {
    return this.socket.contact.drained();
  }

  ending(withinMs: number): Promise<Ending> {
    return this.socket.ending(withinMs);
  }

  /** Whoever does not answer probes is soon called dead, which is not what is tried here. */
  #take(message: Buffer): void {
    const opened = this.#opener.open(message);
    if (opened === undefined) return;
    for (const frame of decodeFrames(opened, DEFAULT_LIMITS)) {
      if (frame.kind === 'ping') this.say({ ...frame, kind: 'ack' });
      this.onFrame(frame);
    }
  }
}

function helloOf({ offender, hello }: MemberOptions): Hello {
  return {
    kind: 'hello',
    versionMin: VERSION_MIN,
    versionMax: VERSION_MAX,
    network: offender.network,
    peer: offender.id,
    wallMs: Date.now(),
    nonce: randomBytes(4).readUInt32BE(),
    ...offender.record(),
    ...hello,
  };
}
