import type { Context } from './context.js';
import { HearsayError } from './errors.js';
import { streamId } from './ids.js';
import type { Received } from './log/log-progress.js';
import { type Member, NO_TABLE } from './membership/members.js';
import type { Link, OpenLink } from './overlay/links.js';
import type { PeerParts } from './peer-parts.js';
import { openBatch } from './wire/batch.js';
import type { ReadFrame } from './wire/frame.js';
import type { Summary } from './wire/probes.js';
import type { IHave } from './wire/trees.js';

/** One table is pulled in this part of the time between two pulls of one neighbour: in a large mesh in which much happens all tables differ, and each holds what the others do. */
const TABLE_PULLS = 4;

/** What neighbours say on open links, and which machine it is for. */
export class FrameHandler {
  readonly #context: Context;
  readonly #parts: PeerParts;
  #tableAskedMs = Number.NEGATIVE_INFINITY;

  constructor(context: Context, parts: PeerParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** The member at the other end, unless it runs in a newer generation by now. */
  memberOf({ peer, generation }: Link): Member | undefined {
    const member = peer === undefined ? undefined : this.#parts.members.get(peer);
    return member?.generation === generation ? member : undefined;
  }

  /** @throws HearsayError `malformed`, `forged`: the link is to be closed */
  take(link: OpenLink, frame: ReadFrame): void {
    const {
      antiEntropy,
      dissemination,
      holdings,
      inquiry,
      membership,
      newcomers,
      ports,
      prober,
      trees,
    } = this.#parts;
    const member = this.memberOf(link);
    switch (frame.kind) {
      case 'hello':
      case 'foreign':
        throw new HearsayError('malformed', 'a second hello');
      case 'goodbye':
        if (member !== undefined) membership.goodbye(member, frame, link.id);
        return;
      case 'ping':
        prober.ping(link, frame);
        return this.#compare(link, frame);
      case 'ack':
        this.#compare(link, frame);
        return prober.ack(link, frame);
      case 'ping-request':
        return prober.request(link, frame);
      case 'ping-reply':
        return prober.reply(link, frame);
      case 'updates':
        return newcomers.heard(link, frame.updates);
      case 'table-want':
        return this.#sendTable(link, dissemination);
      case 'batch':
        this.#batch(link, frame.bytes);
        return;
      case 'have':
        if (member !== undefined) holdings.told(member, frame.entries);
        return;
      case 'offer':
        return antiEntropy.offer(link, frame);
      case 'want':
        return antiEntropy.want(link, frame);
      case 'delta':
        return antiEntropy.delta(link, frame);
      case 'delta-end':
        return antiEntropy.deltaEnd(link, frame);
      case 'chains':
        return inquiry.chains(link, frame);
      case 'trail':
        return inquiry.trail(link, frame);
      case 'post':
        return ports.received(link, frame);
      case 'relay':
        return this.#relay(link, frame.bytes);
      case 'ihave':
        this.#checkAnnounced(frame);
        return trees.announcedBy(link.id, frame);
      case 'graft':
        return trees.grafted(link.id, frame);
      case 'prune':
        return trees.pruned(link.id, frame);
      default:
        return this.#parts.overlay.heard(link, frame);
    }
  }

  /** What is passed on bears the signature of its origin, which the log has checked. */
  #relay(link: OpenLink, bytes: Uint8Array): void {
    const received = this.#batch(link, bytes);
    if (received === 'conflict' || received === 'impossible') return;
    const { header } = openBatch(bytes, this.#context.limits);
    this.#parts.trees.received(header, bytes, link.id);
  }

  #checkAnnounced({ batches }: IHave): void {
    const { log } = this.#parts;
    if (!batches.some(([stream, last]) => log.isInvented(stream, last))) return;
    this.#context.counters.claimsForged += 1;
    throw new HearsayError('forged', 'it announces messages of ours that we never wrote');
  }

  #batch(link: OpenLink, bytes: Uint8Array): Received {
    const { log, holdings } = this.#parts;
    const received = log.receive(bytes);
    if (received !== 'hole' && received !== 'cause' && received !== 'impossible') return received;
    const { header } = openBatch(bytes, this.#context.limits);
    const { origin, generation, firstSequence } = header;
    if (received === 'cause') holdings.awaited(header);
    else if (received === 'hole') holdings.hole(streamId(origin, generation), firstSequence - 1);
    // Whoever merely passes it on cannot know how much we wrote.
    else if (origin === link.peer) {
      throw new HearsayError('forged', 'its batch follows messages of ours that we never wrote');
    }
    return received;
  }

  /** Probes carry hashes: a member table that differs is asked for, now and then. */
  #compare(link: OpenLink, summary: Summary): void {
    const { config, now, outbox, self } = this.#context;
    const { attendance, holdings, members } = this.#parts;
    const member = this.memberOf(link);
    if (member !== undefined) holdings.compared(member, summary);
    if (summary.table === NO_TABLE || attendance.isLarge) return;
    if (summary.table === members.hash(self)) return;
    if (now.monotonicMs - link.tableAskedMs < config.tablePullMs) return;
    if (now.monotonicMs - this.#tableAskedMs < config.tablePullMs / TABLE_PULLS) return;
    link.tableAskedMs = now.monotonicMs;
    this.#tableAskedMs = now.monotonicMs;
    outbox.send(link.id, { kind: 'table-want' });
  }

  #sendTable(link: OpenLink, dissemination: PeerParts['dissemination']): void {
    const { config, now } = this.#context;
    if (now.monotonicMs - link.tableSentMs < config.tablePullMs / 2) return;
    link.tableSentMs = now.monotonicMs;
    dissemination.sendTable(link.id, this.#parts.membership.ownUpdate());
  }
}
