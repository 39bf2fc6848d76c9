import type { Context } from './context.js';
import { HearsayError } from './errors.js';
import { FrameHandler } from './frame-handler.js';
import { shortId } from './ids.js';
import type { Input, LinkClosure } from './input.js';
import { type Member, updateOf } from './membership/members.js';
import { Bans } from './overlay/bans.js';
import { judgeHello, ourHello, type Refusal } from './overlay/handshake.js';
import type { Link, OpenLink } from './overlay/links.js';
import { incomingStays } from './overlay/tie-break.js';
import type { PeerParts } from './peer-parts.js';
import { ABNORMAL_CLOSURE, CLOSE_CODES, type CloseCode } from './wire/close-codes.js';
import { FrameReader, type ReadFrame } from './wire/frame.js';
import type { Hello, ReadHello } from './wire/hello.js';

type OpenedInput = Extract<Input, { kind: 'link-opened' }>;
type RefusedInput = Extract<Input, { kind: 'link-refused' }>;

/** Close codes of a peer that means well and lives; anything else is a broken connection. */
const PRIVATE_CODES_FROM = 4_000;

/** The life of links: handshake, frames, end. */
export class LinkHandler {
  readonly #context: Context;
  readonly #parts: PeerParts;
  /** How long the process just stood still, while that may still explain things. */
  readonly #stalledMs: () => number;
  readonly #frames: FrameHandler;
  readonly #bans: Bans;

  constructor(context: Context, parts: PeerParts, stalledMs: () => number) {
    this.#context = context;
    this.#parts = parts;
    this.#stalledMs = stalledMs;
    this.#frames = new FrameHandler(context, parts);
    this.#bans = new Bans(context.limits.bannedPeersMax);
  }

  opened({ link: id, dialled, remote, peer: proven }: OpenedInput): void {
    const { limits, config, now, deadlines, outbox } = this.#context;
    const { links } = this.#parts;
    const nowMs = now.monotonicMs;
    const link: Link = {
      id,
      dialled,
      remote,
      proven,
      state: 'handshake',
      peer: undefined,
      generation: 0,
      heardMs: nowMs,
      heartbeatMs: nowMs,
      tableAskedMs: Number.NEGATIVE_INFINITY,
      tableSentMs: Number.NEGATIVE_INFINITY,
    };
    links.add(link);
    if (links.count > limits.linksMax) {
      return this.#refuse(link, {
        code: CLOSE_CODES.full,
        reason: `no room: ${limits.linksMax} links are open`,
      });
    }
    deadlines.set({ kind: 'handshake', link: id }, nowMs + config.handshakeTimeoutMs);
    outbox.send(id, ourHello(this.#context));
  }

  frames(id: number, bytes: Uint8Array): void {
    const { counters, limits } = this.#context;
    const link = this.#parts.links.get(id);
    if (link === undefined || this.#parts.links.isClosing(link)) return;
    counters.bytesIn += bytes.length;
    try {
      const frames = new FrameReader(bytes, limits);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
        if (this.#parts.links.isClosing(link)) return; // By the frame before.
        counters.framesIn += 1;
        this.#heard(link);
        this.#frame(link, frame);
      }
    } catch (error) {
      this.blame(link, error);
    }
  }

  /** Closes a link whose other side sent something wrong. @throws what is not its fault */
  blame(link: Link, error: unknown): void {
    if (!(error instanceof HearsayError)) throw error;
    const { code, message } = error;
    if (code !== 'malformed' && code !== 'forged') throw error;
    if (code === 'malformed') this.#context.counters.framesMalformed += 1;
    const reason = `${code}: ${message}`;
    const liar = code === 'forged' ? (link.peer ?? link.proven) : undefined;
    if (liar !== undefined) this.#bans.add(liar, reason, this.#context.now.monotonicMs);
    this.#refuse(link, { code: CLOSE_CODES[code], reason });
  }

  /** @param isOffence whether the host ended it for what came */
  closed(id: number, closure: LinkClosure, isOffence = false): void {
    const { links, overlay } = this.#parts;
    const link = links.get(id);
    if (link === undefined) return;
    const before = link.state;
    links.remove(id);
    if (before === 'closing') return;
    if (isOffence) {
      this.#context.counters.linksRefused += 1;
      this.#tellRefused(link, closure, 'us');
    }
    if (before === 'open') return this.#gone(link as OpenLink, closure); // An open link has its peer.
    this.#context.deadlines.cancel({ kind: 'handshake', link: id });
    if (!isOffence && closure.code >= PRIVATE_CODES_FROM) this.#tellRefused(link, closure, 'them');
    if (link.dialled !== undefined) overlay.linkRefused(link.dialled, closure.code, closure.reason);
  }

  /** The host's own handshake came first, and failed. */
  refused({ link, dialled, remote, closure, by }: RefusedInput): void {
    const { counters, outbox } = this.#context;
    const { code, reason } = closure;
    if (by === 'us') counters.linksRefused += 1;
    const address = dialled ?? remote;
    outbox.emit({ kind: 'refused', link, address, peer: undefined, code, reason, by });
    if (dialled !== undefined) this.#parts.overlay.linkRefused(dialled, code, reason);
  }

  handshakeTimedOut(id: number): void {
    const link = this.#parts.links.get(id);
    if (link === undefined || link.state !== 'handshake') return;
    const seconds = this.#context.config.handshakeTimeoutMs / 1_000;
    this.#refuse(link, { code: CLOSE_CODES.handshake, reason: `no hello within ${seconds} s` });
  }

  /** Nothing came for too long: the connection is given up, its peer is asked about. */
  silent(link: OpenLink): void {
    const { now, outbox } = this.#context;
    const silentMs = now.monotonicMs - link.heardMs;
    const reason = `silent for ${(silentMs / 1_000).toFixed(1)} s`;
    this.#parts.links.closing(link);
    outbox.close(link.id, CLOSE_CODES.silent, reason);
    this.#gone(link, { code: ABNORMAL_CLOSURE, reason });
  }

  #heard(link: Link): void {
    link.heardMs = this.#context.now.monotonicMs;
    const member = this.#frames.memberOf(link);
    if (member === undefined) return;
    this.#parts.membership.heard(member);
    const isTold = member.state === 'suspect' && this.#context.defences.tellSuspect;
    if (member.state === 'dead' || isTold) this.#contradict(link, member);
  }

  /** The dead speaks, or the suspect: it hears now and then what is said of it, until its denial arrives. */
  #contradict(link: Link, { peer }: Member): void {
    const { config, now } = this.#context;
    if (now.monotonicMs - link.tableSentMs < config.tablePullMs / 2) return;
    link.tableSentMs = now.monotonicMs;
    this.#parts.dissemination.tellSubject(peer);
  }

  #frame(link: Link, frame: ReadFrame): void {
    if (link.state === 'handshake') {
      if (frame.kind !== 'hello' && frame.kind !== 'foreign') {
        throw new HearsayError('malformed', 'the first frame is not a hello');
      }
      return this.#hello(link, frame);
    }
    this.#frames.take(link as OpenLink, frame); // Neither handshake nor closing: open, so its peer is known.
  }

  #hello(link: Link, hello: ReadHello): void {
    const { members, links } = this.#parts;
    if (hello.kind === 'hello' && link.proven !== undefined && hello.peer !== link.proven) {
      const reason = `is ${shortId(link.proven)}, and says it is ${shortId(hello.peer)}`;
      return this.#refuse(link, { code: CLOSE_CODES.impostor, reason });
    }
    const known = hello.kind === 'hello' ? members.get(hello.peer) : undefined;
    const over = known?.state === 'left' ? 1 : 0;
    const refusal = judgeHello(
      hello,
      (known?.generation ?? 0) + over,
      this.#stalledMs(),
      this.#context,
    );
    if (refusal !== undefined || hello.kind === 'foreign') {
      if (hello.kind === 'hello') this.#tellOfSuccessor(link, hello, known);
      if (refusal !== undefined) this.#refuse(link, refusal);
      return;
    }
    const ban = this.#bans.reasonFor(hello.peer, this.#context.now.monotonicMs);
    if (ban !== undefined) return this.#refuse(link, { code: CLOSE_CODES.forged, reason: ban });
    this.#parts.membership.vet(hello);
    const existing = links.of(hello.peer);
    const bothOurs = existing?.dialled !== undefined && link.dialled !== undefined;
    if (bothOurs && existing.generation === hello.generation) {
      // Hellos cross differently at the two ends: let the side that was dialled twice choose.
      return this.#open(link, hello);
    }
    if (existing !== undefined && !this.#settle(existing, link, hello)) return;
    this.#open(link, hello);
  }

  /** A member came back in a new generation: a link to the old one is of no use. */
  outdated(member: Member): void {
    const link = this.#parts.links.of(member.peer);
    if (link === undefined || link.generation >= member.generation) return;
    this.#end(link, CLOSE_CODES.stale, `generation ${member.generation} of you is known`);
  }

  /** Both sides have enough others. */
  release(link: OpenLink): void {
    this.#end(link, CLOSE_CODES.released, 'both have enough other links');
  }

  /** Ends an open link on purpose. */
  #end(link: OpenLink, code: CloseCode, reason: string): void {
    this.#parts.links.closing(link);
    this.#context.outbox.close(link.id, code, reason);
    this.#context.outbox.emit({ kind: 'link-down', peer: link.peer, link: link.id, reason });
    this.#parts.antiEntropy.linkDown(link.peer);
    this.#parts.inquiry.linkDown(link.peer);
    this.#parts.trees.linkDown(link.id);
  }

  /** Two links to one peer. @returns whether the new one is the one to open */
  #settle(existing: OpenLink, link: Link, hello: Hello): boolean {
    const { counters, outbox, self } = this.#context;
    const { links, antiEntropy, overlay } = this.#parts;
    const opener = (side: Link): typeof self.id =>
      side.dialled === undefined ? hello.peer : self.id;
    const stays = incomingStays(
      { by: opener(existing), generation: existing.generation },
      { by: opener(link), generation: hello.generation },
    );
    counters.linksDuplicate += 1;
    const loser = stays ? existing : link;
    links.closing(loser);
    this.#context.deadlines.cancel({ kind: 'handshake', link: loser.id });
    outbox.close(loser.id, CLOSE_CODES.duplicate, 'another link to you stays');
    if (stays) {
      antiEntropy.linkDown(hello.peer);
      this.#parts.trees.linkDown(loser.id);
    } else if (link.dialled !== undefined) overlay.linkUp(hello.peer, link.dialled);
    return stays;
  }

  #open(link: Link, hello: Hello): void {
    const { deadlines, outbox } = this.#context;
    const { links, membership, overlay, holdings, dissemination, antiEntropy } = this.#parts;
    deadlines.cancel({ kind: 'handshake', link: link.id });
    if (!membership.hasRoomFor(hello.peer)) {
      return this.#refuse(link, { code: CLOSE_CODES.full, reason: 'no room for another member' });
    }
    // Open before met: whoever is met with a link needs no dial.
    const open = links.open(link, hello.peer, hello.generation);
    membership.met(hello);
    this.#parts.newcomers.met(hello.peer);
    this.#heard(open);
    const address = link.dialled ?? link.remote;
    const dialled = link.dialled !== undefined;
    outbox.emit({ kind: 'link-up', peer: hello.peer, link: link.id, dialled, address });
    overlay.linkUp(hello.peer, link.dialled);
    holdings.tellAll(link.id);
    dissemination.sendTable(link.id, membership.ownUpdate());
    antiEntropy.linkUp(open);
    this.#parts.trees.linkUp(open.id);
  }

  /** An open link ended. Never dead on a close alone: suspect, redial, ask others. */
  #gone(link: OpenLink, closure: LinkClosure): void {
    const { links, membership, overlay, prober, antiEntropy } = this.#parts;
    this.#parts.trees.linkDown(link.id);
    if (links.of(link.peer) !== undefined) return;
    const { code, reason } = closure;
    this.#context.outbox.emit({ kind: 'link-down', peer: link.peer, link: link.id, reason });
    antiEntropy.linkDown(link.peer);
    this.#parts.inquiry.linkDown(link.peer);
    const member = this.#frames.memberOf(link);
    const broken = code < PRIVATE_CODES_FROM;
    overlay.linkDown(link.peer, broken ? ABNORMAL_CLOSURE : code);
    if (!broken || member === undefined || member.state === 'left' || member.state === 'dead')
      return;
    prober.askAbout(member);
    membership.linkLost(member);
  }

  #refuse(link: Link, refusal: Refusal): void {
    const { counters, deadlines, outbox } = this.#context;
    const wasOpen = link.state === 'open';
    counters.linksRefused += 1;
    deadlines.cancel({ kind: 'handshake', link: link.id });
    this.#parts.links.closing(link);
    outbox.close(link.id, refusal.code, refusal.reason);
    if (refusal.code !== CLOSE_CODES.self) this.#tellRefused(link, refusal, 'us');
    if (wasOpen)
      this.#gone(link as OpenLink, refusal); // It was open, so its peer is known.
    else if (link.dialled !== undefined) {
      this.#parts.overlay.linkRefused(link.dialled, refusal.code, refusal.reason);
    }
  }

  #tellRefused(link: Link, { code, reason }: LinkClosure, by: 'us' | 'them'): void {
    if (code === CLOSE_CODES.duplicate || code === CLOSE_CODES.self) return;
    const address = link.dialled ?? link.remote;
    this.#context.outbox.emit({
      kind: 'refused',
      link: link.id,
      address,
      peer: link.peer,
      code,
      reason,
      by,
    });
  }

  /** Whoever runs on in an old generation hears of the newer one, ourselves included. */
  #tellOfSuccessor(
    link: Link,
    { peer, generation, network }: Hello,
    known: Member | undefined,
  ): void {
    const { self, outbox } = this.#context;
    if (peer === self.id && network === self.network && generation > self.generation) {
      outbox.emit({ kind: 'superseded', generation });
    }
    if (known === undefined || network !== self.network || known.generation <= generation) return;
    // No accusation, only that there is a newer one, which signed it itself.
    const state = known.state === 'left' ? 'left' : 'alive';
    const update = { ...updateOf(known, self.id), state } as const;
    outbox.send(link.id, { kind: 'updates', updates: [update] });
  }
}
