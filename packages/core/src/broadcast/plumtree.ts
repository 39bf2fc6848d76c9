import { parseStreamId, streamId } from '../ids.js';
import type { LinkId } from '../input.js';
import { RELAY_ENTRIES_PER_FRAME_MAX } from '../limits.js';
import type { BatchHeader, EncodedBatch } from '../wire/batch.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import { encodeFrame } from '../wire/frame.js';
import type { Graft, IHave, Prune } from '../wire/trees.js';
import { type Announced, AnnouncedBatches, type BatchName, batchName } from './announced.js';
import { Announcers } from './announcers.js';
import type { Broadcast } from './broadcast.js';
import { Forest, type Tree, type TreeEdges } from './forest.js';
import { RelayedNames } from './relayed-names.js';
import type { TreeHost } from './tree-host.js';

/** An announced batch is awaited for so many round trips to whoever announced it (iroh-gossip: 80 ms at 20 to 100). */
const ROUND_TRIPS_AWAITED = 2;
/** So many batches in a row must have been announced early before a tree is changed for it ... */
const RIVAL_WINS_MIN = 2;
/** ... or one by this share of a round trip: half of what a link takes one way. */
const FAR_SHARE = 1 / 4;

/** A batch to be announced, and to whom. */
interface Announcement extends BatchName {
  readonly links: readonly LinkId[];
}

/**
 * Plumtree (Leitao, Pereira, Rodrigues, SRDS 2007) with a tree for each origin. A batch goes in full
 * along the eager links of its origin's tree, and by name on all others. A second copy makes the link
 * that brought it lazy; a name whose batch stays away makes eager the link that told of it.
 *
 * Two departures from the paper. A batch is named by its place in its stream, so whoever has the log
 * needs no store of payloads besides. And a tree grows shorter by time, not by hops: a neighbour that
 * tells of batches well before they come takes the place of whoever brought them.
 */
export class Plumtree implements Broadcast {
  readonly #host: TreeHost;
  readonly #forest: Forest;
  readonly #announced: AnnouncedBatches;
  readonly #announcers: Announcers;
  readonly #relayed: RelayedNames;
  #announcements: Announcement[] = [];

  constructor(host: TreeHost) {
    const { config, counters, limits } = host;
    this.#host = host;
    this.#forest = new Forest({
      max: limits.treesMax,
      linksMax: config.treeLinksMax,
      evicted: () => {
        counters.treesEvicted += 1;
      },
    });
    this.#announced = new AnnouncedBatches(limits);
    this.#announcers = new Announcers(limits);
    this.#relayed = new RelayedNames(limits.relayedMax);
  }

  get reach(): number {
    const { lazy } = this.#forest.peek(this.#host.self, this.#host.nowMs());
    return this.#host.neighbours().filter(({ id }) => !lazy.has(id)).length;
  }

  /** What a link is in the trees of origins that have one here. */
  edges(link: LinkId): TreeEdges {
    return this.#forest.edges(link);
  }

  originate(header: BatchHeader, { bytes }: EncodedBatch): number {
    const name = nameOf(header);
    this.#relayed.add(name.key);
    const tree = this.#forest.of(name.origin, this.#host.nowMs());
    return this.#pass(tree, name, bytes, []);
  }

  /** A neighbour relayed a batch that bears its origin's signature. */
  received(header: BatchHeader, bytes: Uint8Array, via: LinkId): void {
    const { counters } = this.#host;
    const name = nameOf(header);
    const tree = this.#forest.of(name.origin, this.#host.nowMs());
    if (this.#relayed.has(name.key)) {
      counters.relaysDuplicate += 1;
      tree.lazy.add(via);
      return this.#prune(via, name);
    }
    counters.relaysFirst += 1;
    this.#relayed.add(name.key);
    const announced = this.#announced.take(name);
    this.#pass(tree, name, bytes, [via, ...(announced?.links ?? [])]);
    if (announced?.asked === via) this.#announcers.served(via);
    this.#holdToPromise(tree, via);
    tree.parent = via;
    tree.isOrphaned = false;
    tree.lazy.delete(via);
    this.#compete(tree, name, via, announced);
  }

  /** A neighbour has batches. */
  announcedBy(link: LinkId, { batches }: IHave): void {
    const nowMs = this.#host.nowMs();
    if (this.#announcers.isIgnored(link, nowMs)) {
      this.#host.counters.ihavesIgnored += batches.length;
      return;
    }
    for (const [stream, last] of batches) {
      const name = batchName(parseStreamId(stream).peer, stream, last);
      if (this.#relayed.has(name.key) || this.#host.holds(stream, last)) continue;
      const known = this.#announced.get(name);
      if (known !== undefined) {
        if (known.links.includes(link)) continue;
        known.links.push(link);
        known.holders.push(link);
        continue;
      }
      const isCutOff = this.#forest.known(name.origin)?.isOrphaned ?? false;
      const dueMs = nowMs + (isCutOff ? 0 : this.#patienceMs(link));
      if (!this.#announced.add(name, link, nowMs, dueMs)) this.#host.counters.ihavesIgnored += 1;
      else this.#host.wakeBy('graft', dueMs);
    }
  }

  /** A neighbour wants to be relayed to, and batches that it heard of from us. */
  grafted(link: LinkId, { batches }: Graft): void {
    const { counters } = this.#host;
    const nowMs = this.#host.nowMs();
    for (const [stream, last] of batches) {
      // No tree is made for an origin of which nothing is here: it may be invented.
      this.#forest.known(parseStreamId(stream).peer)?.lazy.delete(link);
      if (last === 0) continue;
      // Who may have no more is not worth a look into the log.
      const mayAnswer = this.#announcers.mayAnswer(link, nowMs);
      const bytes = mayAnswer ? this.#host.bytesOf(stream, last) : undefined;
      if (bytes === undefined) {
        counters.graftsUnserved += 1;
        continue;
      }
      this.#announcers.answered(link, bytes.length, nowMs);
      counters.graftsServed += 1;
      counters.relaysSent += 1;
      this.#host.send(link, encodeFrame({ kind: 'relay', bytes }), 'bulk');
    }
  }

  /** A neighbour gets what some origins say another way. */
  pruned(link: LinkId, { origins }: Prune): void {
    for (const origin of origins) this.#forest.known(origin)?.lazy.add(link);
  }

  linkUp(link: LinkId): void {
    const neighbours = this.#host.neighbours();
    this.#forest.linkUp(link, neighbours.length);
    const peer = neighbours.find(({ id }) => id === link)?.peer;
    if (peer !== undefined) this.#announcers.linkUp(link, peer);
  }

  linkDown(link: LinkId): void {
    this.#forest.linkDown(link);
    this.#announcers.linkDown(link);
    const nowMs = this.#host.nowMs();
    if (this.#announced.linkDown(link, nowMs)) this.#host.wakeBy('graft', nowMs);
  }

  /** Tells lazy links what came since the last time. */
  announce(): void {
    const announcements = this.#announcements;
    this.#announcements = [];
    const open = new Set(this.#host.neighbours().map(({ id }) => id));
    const [only, ...more] = announcements;
    if (only !== undefined && more.length === 0) {
      // Most often there is one batch to tell of: then all links hear the same bytes.
      const bytes = encodeFrame({ kind: 'ihave', batches: [[only.stream, only.last]] });
      for (const link of only.links) if (open.has(link)) this.#sendIHave(link, bytes, 1);
      return;
    }
    const byLink = new Map<LinkId, ClockEntry[]>();
    for (const { stream, last, links } of announcements) {
      for (const link of links) if (open.has(link)) append(byLink, link, [stream, last]);
    }
    for (const [link, batches] of byLink) {
      this.#sendIHave(link, encodeFrame({ kind: 'ihave', batches }), batches.length);
    }
  }

  /** Asks for what was announced and stays away. */
  demand(): void {
    const nowMs = this.#host.nowMs();
    const open = new Set(this.#host.neighbours().map(({ id }) => id));
    const byLink = new Map<LinkId, ClockEntry[]>();
    const due = this.#announced.due(nowMs);
    // Whoever kept us waiting is known before the next are asked.
    for (const { asked } of due) if (asked !== undefined && open.has(asked)) this.#fruitless(asked);
    for (const announced of due) {
      const { stream, last } = announced;
      const link = this.#host.holds(stream, last)
        ? undefined
        : this.#nextHolder(announced, open, nowMs);
      if (link === undefined) {
        this.#announced.take(announced); // Sync brought it, or will.
        continue;
      }
      this.#announced.ask(announced, link, nowMs + this.#patienceMs(link));
      this.#forest.known(announced.origin)?.lazy.delete(link);
      append(byLink, link, [stream, last]);
    }
    for (const [link, entries] of byLink) this.#graft(link, entries);
    const nextMs = this.#announced.nextMs();
    if (nextMs !== undefined) this.#host.wakeBy('graft', nextMs);
  }

  #nextHolder(
    { holders }: Announced,
    open: ReadonlySet<LinkId>,
    nowMs: number,
  ): LinkId | undefined {
    for (let link = holders.shift(); link !== undefined; link = holders.shift()) {
      const isIgnored = this.#announcers.isIgnored(link, nowMs);
      if (open.has(link) && !isIgnored && this.#announced.mayAsk(link)) return link;
    }
    return undefined;
  }

  /** It announced a batch, was asked for it, and did not bring it in time. */
  #fruitless(link: LinkId): void {
    this.#host.counters.graftsFruitless += 1;
    if (this.#announcers.failed(link, this.#host.nowMs())) this.#ignore(link);
  }

  /** Whoever took over a tree, because it told of batches early, must have brought the first since. */
  #holdToPromise(tree: Tree, via: LinkId): void {
    const { promised } = tree;
    const nowMs = this.#host.nowMs();
    // What was on its way before the neighbour heard of it comes by the old one.
    if (promised === undefined || (promised !== via && nowMs < tree.promisedMs)) return;
    tree.promised = undefined;
    if (promised !== via && this.#announcers.brokePromise(promised, nowMs)) this.#ignore(promised);
  }

  #ignore(link: LinkId): void {
    this.#host.counters.announcersIgnored += 1;
    this.#announced.forget(link);
  }

  /** Sends a batch on eager links and notes it for lazy ones. @param except has it already */
  #pass(tree: Tree, name: BatchName, bytes: Uint8Array, except: readonly LinkId[]): number {
    const lazy: LinkId[] = [];
    let frame: Uint8Array | undefined;
    let sent = 0;
    for (const { id, peer } of this.#host.neighbours()) {
      if (peer === name.origin || except.includes(id)) continue;
      if (tree.lazy.has(id)) {
        lazy.push(id);
        continue;
      }
      frame ??= encodeFrame({ kind: 'relay', bytes });
      this.#host.send(id, frame, 'bulk');
      sent += 1;
    }
    this.#host.counters.relaysSent += sent;
    if (lazy.length === 0) return sent;
    this.#announcements.push({ ...name, links: lazy });
    if (this.#announcements.length >= RELAY_ENTRIES_PER_FRAME_MAX) this.announce();
    else this.#host.wakeBy('ihave', this.#host.nowMs() + this.#host.config.ihaveDelayMs);
    return sent;
  }

  /** Whoever told of a batch early enough, or often enough, relays it from now on. */
  #compete(tree: Tree, name: BatchName, via: LinkId, announced: Announced | undefined): void {
    const [rival] = announced?.links ?? [];
    if (announced === undefined || rival === undefined || announced.asked !== undefined) {
      // It came before anybody told of it, or was asked for: nobody was faster.
      if (announced === undefined) tree.rival = undefined;
      return;
    }
    const leadMs = this.#host.nowMs() - announced.firstMs;
    if (rival === via || leadMs < this.#host.config.treeLeadMs) return;
    if (this.#announcers.isIgnored(rival, this.#host.nowMs())) return;
    tree.rivalWins = tree.rival === rival ? tree.rivalWins + 1 : 1;
    tree.rival = rival;
    const isFar = leadMs >= FAR_SHARE * this.#roundTripMs(rival);
    if (!isFar && tree.rivalWins < RIVAL_WINS_MIN) return;
    // It may have gone since it told of the batch: then whoever brought it is all there is.
    if (!this.#host.neighbours().some(({ id }) => id === rival)) return;
    this.#host.counters.treesShifted += 1;
    tree.rival = undefined;
    tree.parent = rival;
    tree.promised = rival;
    tree.promisedMs = this.#host.nowMs() + this.#patienceMs(rival);
    tree.lazy.delete(rival);
    tree.lazy.add(via);
    this.#graft(rival, [[name.stream, 0]]);
    this.#prune(via, name);
  }

  #sendIHave(link: LinkId, bytes: Uint8Array, batches: number): void {
    this.#host.counters.ihavesSent += batches;
    this.#host.send(link, bytes, 'control');
  }

  #graft(link: LinkId, entries: readonly ClockEntry[]): void {
    for (let from = 0; from < entries.length; from += RELAY_ENTRIES_PER_FRAME_MAX) {
      const batches = entries.slice(from, from + RELAY_ENTRIES_PER_FRAME_MAX);
      this.#host.counters.graftsSent += batches.length;
      this.#host.send(link, encodeFrame({ kind: 'graft', batches }), 'control');
    }
  }

  #prune(link: LinkId, { origin }: BatchName): void {
    this.#host.counters.prunesSent += 1;
    this.#host.send(link, encodeFrame({ kind: 'prune', origins: [origin] }), 'control');
  }

  /** How long what a neighbour told of may still come by itself, or its answer may take. */
  #patienceMs(link: LinkId): number {
    const { graftMinMs, graftMaxMs } = this.#host.config;
    const ms = ROUND_TRIPS_AWAITED * this.#roundTripMs(link);
    return Math.min(graftMaxMs, Math.max(graftMinMs, ms));
  }

  #roundTripMs(link: LinkId): number {
    return this.#host.roundTripMs(link) ?? this.#host.config.roundTripGuessMs;
  }
}

function nameOf({ origin, generation, firstSequence, count }: BatchHeader): BatchName {
  return batchName(origin, streamId(origin, generation), firstSequence + count - 1);
}

function append(lists: Map<LinkId, ClockEntry[]>, link: LinkId, entry: ClockEntry): void {
  const list = lists.get(link);
  if (list === undefined) lists.set(link, [entry]);
  else list.push(entry);
}
