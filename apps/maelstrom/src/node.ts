import {
  createEngine,
  DEFAULT_CONFIG,
  type Effect,
  type Engine,
  HearsayError,
  type Input,
  type LinkId,
  type Now,
  type PeerId,
  peerId,
  type Random,
} from '@hearsay/core';
import { clusterSigner } from './cluster-signer.js';
import { type Body, type Envelope, ERROR_CODES, malformed, RequestError } from './envelope.js';
import { LINK_TYPE, Links } from './links.js';
import { PROFILES, type Profile, type ProfileName } from './profiles.js';
import type { Workload } from './workloads/workload.js';
import { WORKLOADS, type WorkloadName } from './workloads/workloads.js';

const NETWORK = 'maelstrom';
const TOPIC = 'ops';
const ID_HEX_DIGITS = 32;
/** Who cannot be reached by then is met later. */
const READY_MS_MAX = 3_000;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

export interface NodeOptions {
  readonly workload: WorkloadName;
  readonly profile: ProfileName;
  readonly random: Random;
}

/** One node: the core, with Maelstrom's messages for links. Pure: it is told the time. */
export class MaelstromNode {
  readonly #workload: Workload;
  readonly #profile: Profile;
  readonly #random: Random;
  readonly #dials = new Map<LinkId, { readonly node: string; readonly lateMs: number }>();
  #out: Envelope[] = [];
  #inputs: Input[] = [];
  #name = '';
  #engine: Engine | undefined;
  #links: Links | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;
  /** `init` is answered when links to these others are open, or at this time. */
  #starting:
    | { readonly init: Envelope; readonly others: Set<PeerId>; readonly lateMs: number }
    | undefined;
  #now: Now = { monotonicMs: 0, wallMs: 0 };

  constructor({ workload, profile, random }: NodeOptions) {
    this.#workload = WORKLOADS[workload]();
    this.#profile = PROFILES[profile];
    this.#random = random;
  }

  /** When `wake` is due, by the monotonic clock. */
  get wakeMs(): number {
    let wakeMs = Math.min(this.#wakeMs, this.#starting?.lateMs ?? Number.POSITIVE_INFINITY);
    for (const { lateMs } of this.#dials.values()) wakeMs = Math.min(wakeMs, lateMs);
    return wakeMs;
  }

  /** @returns what it says */
  handle(envelope: Envelope, now: Now): readonly Envelope[] {
    this.#now = now;
    const { src, body } = envelope;
    try {
      if (body.type === LINK_TYPE) this.#linksOf().received(src, body);
      else if (body.type === 'init') this.#init(envelope);
      else this.#reply(envelope, this.#serve(body));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // To another node nothing is owed; what it cannot mean is left out.
      if (body.type !== LINK_TYPE) this.#reply(envelope, failure(error));
    }
    return this.#finish();
  }

  wake(now: Now): readonly Envelope[] {
    this.#now = now;
    for (const [link, { node, lateMs }] of this.#dials) {
      if (now.monotonicMs < lateMs) continue;
      this.#dials.delete(link);
      if (this.#links?.giveUp(link) !== true) continue;
      this.#inputs.push({
        kind: 'dial-failed',
        address: node,
        failure: 'timeout',
        detail: 'no answer',
      });
    }
    if (now.monotonicMs >= this.#wakeMs) {
      this.#wakeMs = Number.POSITIVE_INFINITY;
      this.#inputs.push({ kind: 'wake' });
    }
    return this.#finish();
  }

  #init(envelope: Envelope): void {
    const { node_id: name, node_ids: names } = envelope.body;
    if (typeof name !== 'string' || !Array.isArray(names)) throw malformed('init names no node');
    if (this.#engine !== undefined) throw malformed('init came twice');
    this.#name = name;
    const self = idOf(name);
    this.#links = new Links(name, {
      send: (dest, body) => this.#say(dest, body),
      feed: (input) => this.#inputs.push(input),
    });
    this.#engine = createEngine({
      id: self,
      generation: Math.max(1, Math.floor(this.#now.wallMs)),
      network: NETWORK,
      meta: ENCODER.encode(name),
      signer: clusterSigner(self),
      random: this.#random,
      config: this.#profile.config,
    });
    this.#inputs.push({ kind: 'start', addresses: [name] });
    const others = new Set<PeerId>();
    for (const other of names) {
      if (typeof other !== 'string' || other === name) continue;
      others.add(idOf(other));
      // Of two that know each other one dials.
      if (idOf(other) < self) continue;
      this.#inputs.push({ kind: 'command', command: { kind: 'join', address: other } });
    }
    this.#starting = { init: envelope, others, lateMs: this.#now.monotonicMs + READY_MS_MAX };
  }

  #answerInit(): void {
    if (this.#starting === undefined) return;
    const { init, others, lateMs } = this.#starting;
    if (others.size > 0 && this.#now.monotonicMs < lateMs) return;
    this.#starting = undefined;
    this.#reply(init, { type: 'init_ok' });
  }

  #serve(body: Body): Body {
    this.#linksOf();
    const publish = (text: string): void => {
      const command = { kind: 'publish', topic: TOPIC, payload: ENCODER.encode(text) } as const;
      this.#step({ kind: 'command', command });
    };
    const reply = this.#workload.handle(body, { node: this.#name, publish });
    if (reply !== undefined) return reply as Body; // A body without `in_reply_to` is a body.
    throw new RequestError(ERROR_CODES.notSupported, `${body.type} is of another workload`);
  }

  /** Everything that follows from the inputs at hand. */
  #finish(): readonly Envelope[] {
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      this.#step(input);
    }
    this.#links?.flush();
    this.#answerInit();
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #step(input: Input): void {
    if (this.#engine === undefined) return;
    try {
      for (const effect of this.#engine.handle(input, this.#now)) this.#perform(effect);
    } catch (error) {
      if (!(error instanceof HearsayError)) throw error;
      throw new RequestError(ERROR_CODES.malformedRequest, error.message);
    }
  }

  #perform(effect: Effect): void {
    const links = this.#linksOf();
    switch (effect.kind) {
      case 'send':
        return links.queue(effect.link, effect.bytes, effect.priority);
      case 'dial': {
        const timeoutMs = this.#profile.config.dialTimeoutMs ?? DEFAULT_CONFIG.dialTimeoutMs;
        const lateMs = this.#now.monotonicMs + timeoutMs;
        this.#dials.set(links.dial(effect.address), { node: effect.address, lateMs });
        return;
      }
      case 'close':
        return links.close(effect.link, effect);
      case 'wake':
        this.#wakeMs = effect.atMs;
        return;
      case 'deliver':
        for (const { payload } of effect.messages)
          this.#workload.delivered(DECODER.decode(payload));
        return;
      case 'event':
        if (effect.event.kind === 'link-up') this.#starting?.others.delete(effect.event.peer);
        return;
      case 'published':
      case 'posted':
      case 'post':
      case 'repaired':
        return;
    }
  }

  #linksOf(): Links {
    if (this.#links !== undefined) return this.#links;
    throw malformed('the first message is init');
  }

  #reply({ src, body }: Envelope, reply: Body): void {
    this.#say(src, body.msg_id === undefined ? reply : { ...reply, in_reply_to: body.msg_id });
  }

  #say(dest: string, body: Body): void {
    this.#out.push({ src: this.#name, dest, body });
  }
}

function failure({ code, message }: RequestError): Body {
  return { type: 'error', code, text: message };
}

/** Names of nodes are short; an id is made of their bytes. */
function idOf(name: string): PeerId {
  const hex = Buffer.from(name, 'utf8').toString('hex');
  return peerId(hex.padEnd(ID_HEX_DIGITS, '0').slice(0, 2 * ID_HEX_DIGITS));
}
