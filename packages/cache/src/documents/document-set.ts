import { textBytes } from './bytes.js';
import { BLANK_DIGEST, type Digest, EMPTY_DIGEST, sameDigest } from './digest.js';
import { DocumentError } from './errors.js';
import { DOCUMENT_KEY_BYTES_MAX, type DocumentLimits } from './limits.js';
import { LiveDocument, SHELF_ORIGIN } from './live-document.js';
import type { ContentFacts, Shelf } from './shelf.js';
import type { NamedDigest } from './summary.js';

/** A document that nobody uses leaves memory after this long. */
const UNLOAD_AFTER_MS = 30_000;

/** A document as it is known here, in memory or not. */
export interface Known {
  readonly key: string;
  live: LiveDocument | undefined;
  /** Of what is kept while it is not in memory. */
  digest: Digest | undefined;
  /** Nothing is left in what is kept. */
  isBlank: boolean;
  /** When it came to be here, by the wall clock. */
  readonly bornMs: number;
  /** When it was used last while it was in memory, by the wall clock. */
  usedMs: number;
}

/** What the set needs. */
export interface DocumentSetOptions {
  readonly shelf: Shelf;
  readonly limits: DocumentLimits;
  readonly wallMs: () => number;
  /** A document came into memory. */
  readonly onLoaded: (live: LiveDocument) => void;
  /** A document is about to leave memory. */
  readonly onUnloading: (live: LiveDocument) => void;
  /** Something was edited or taken over. */
  readonly onChanged: (live: LiveDocument) => void;
}

/** All documents of a peer: in memory those in use, the others on the shelf. */
export class DocumentSet {
  readonly #options: DocumentSetOptions;
  readonly #known = new Map<string, Known>();
  #loaded = 0;
  /** Of those that are not in memory. */
  #blank = 0;
  /** Rises with every change of any content. */
  #version = 0;
  #listed:
    | {
        readonly version: number;
        readonly digests: readonly NamedDigest[];
        readonly all: readonly NamedDigest[];
      }
    | undefined;

  constructor(options: DocumentSetOptions) {
    this.#options = options;
    for (const { key, digest, isBlank, bornMs, changedMs } of options.shelf.documents()) {
      const facts = { digest, isBlank, bornMs, usedMs: changedMs };
      this.#known.set(key, { key, live: undefined, ...facts });
      this.#blank += Number(isBlank);
    }
  }

  get size(): number {
    return this.#known.size;
  }

  get loaded(): number {
    return this.#loaded;
  }

  /** Documents of which nothing is left, and that are not in memory. */
  get blank(): number {
    return this.#blank;
  }

  /** Those that hold something, or are open. @throws DocumentError `disk-failed` */
  keys(nowMs: number): readonly string[] {
    const keys: string[] = [];
    for (const known of this.#known.values()) {
      if (known.live === undefined && known.digest === undefined) this.#lookInto(known, nowMs);
      const { live } = known;
      const isThere = live === undefined ? !known.isBlank : live.users > 0 || !live.isBlank;
      if (isThere) keys.push(known.key);
    }
    return keys;
  }

  /** In memory already, or undefined. */
  peek(key: string): LiveDocument | undefined {
    return this.#known.get(key)?.live;
  }

  live(): readonly LiveDocument[] {
    return [...this.#known.values()].flatMap(({ live }) => (live === undefined ? [] : [live]));
  }

  has(key: string): boolean {
    return this.#known.has(key);
  }

  /**
   * Brings a document into memory; one that is not known begins empty.
   * @throws DocumentError `bad-key`, `too-many-documents`, `disk-failed`
   */
  load(key: string, nowMs: number): LiveDocument {
    const known = this.#known.get(key) ?? this.#add(key);
    const { live } = known;
    if (live !== undefined) {
      live.usedMs = nowMs;
      return live;
    }
    this.#makeRoom(nowMs);
    return this.#bring(known, nowMs);
  }

  /** What holds something, each under its name; the same list as long as nothing changes. */
  digests(nowMs: number): readonly NamedDigest[] {
    return this.#list(nowMs).digests;
  }

  /** With those in which nothing is left, as `BLANK_DIGEST`. */
  allDigests(nowMs: number): readonly NamedDigest[] {
    return this.#list(nowMs).all;
  }

  /** Of one document: `BLANK_DIGEST` where nothing is left, `EMPTY_DIGEST` when it is not known. */
  digestOf(key: string, nowMs: number): Digest {
    const known = this.#known.get(key);
    return known === undefined ? EMPTY_DIGEST : this.#digestOf(known, nowMs);
  }

  /** Those that nobody has had in memory since then and of which nothing is left. */
  blankBefore(wallMs: number): readonly string[] {
    return [...this.#known.values()].flatMap(({ key, live, isBlank, usedMs }) => {
      return isBlank && live === undefined && usedMs <= wallMs ? [key] : [];
    });
  }

  /** Those that came to be before then and that nobody has open. */
  bornBefore(wallMs: number): readonly string[] {
    return [...this.#known.values()].flatMap(({ key, live, bornMs }) => {
      return bornMs <= wallMs && (live?.users ?? 0) === 0 ? [key] : [];
    });
  }

  /** As if it had never been; one that somebody has open stays. */
  remove(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined || (known.live?.users ?? 0) > 0) return;
    this.unload(key);
    if (known.live !== undefined) return; // It could not be kept, and is not to be lost.
    this.#setBlank(known, false);
    this.#known.delete(key);
    this.#options.shelf.remove(key);
    this.#version += 1;
  }

  /** Unloads what nobody has used for a while. */
  tick(nowMs: number): void {
    for (const known of this.#known.values()) {
      const { live } = known;
      if (live === undefined || live.users > 0) continue;
      if (nowMs - live.usedMs >= UNLOAD_AFTER_MS) this.unload(known.key);
    }
  }

  /** Takes a document out of memory once what it holds is kept elsewhere; else it stays. */
  unload(key: string): void {
    const known = this.#known.get(key);
    const live = known?.live;
    if (known === undefined || live === undefined) return;
    const { shelf, onUnloading } = this.#options;
    const facts = factsOf(known, live);
    const isEmpty = sameDigest(facts.digest, EMPTY_DIGEST);
    if (!isEmpty && !shelf.replace(key, () => live.encode(), facts)) return;
    onUnloading(live);
    if (isEmpty) this.#known.delete(key);
    known.usedMs = this.#options.wallMs();
    known.digest = facts.digest;
    this.#setBlank(known, !isEmpty && facts.isBlank);
    shelf.release(key);
    known.live = undefined;
    this.#loaded -= 1;
    live.doc.destroy();
  }

  /** @throws DocumentError `bad-key`, `too-many-documents` */
  #add(key: string): Known {
    const bytes = textBytes(key);
    if (bytes === 0 || bytes > DOCUMENT_KEY_BYTES_MAX) {
      const what = `a key has 1 to ${DOCUMENT_KEY_BYTES_MAX} bytes of UTF-8; this one has ${bytes}`;
      throw new DocumentError('bad-key', what);
    }
    const { documentsMax, blankDocumentsMax } = this.#options.limits;
    if (this.#known.size - Math.min(this.#blank, blankDocumentsMax) >= documentsMax) {
      throw new DocumentError('too-many-documents', `this peer keeps ${documentsMax} documents`);
    }
    const wallMs = this.#options.wallMs();
    const facts = { digest: EMPTY_DIGEST, isBlank: false, bornMs: wallMs, usedMs: wallMs };
    const known: Known = { key, live: undefined, ...facts };
    this.#known.set(key, known);
    return known;
  }

  /** The one unused the longest leaves, when there is no room. @throws DocumentError `too-many-documents` */
  #makeRoom(nowMs: number): void {
    const { documentsLoadedMax } = this.#options.limits;
    if (this.#loaded < documentsLoadedMax) return;
    let oldest: LiveDocument | undefined;
    for (const live of this.live()) {
      if (live.users > 0) continue;
      if (live.usedMs < (oldest?.usedMs ?? nowMs + 1)) oldest = live;
    }
    if (oldest === undefined) {
      const what = `${documentsLoadedMax} documents are in use at this peer`;
      throw new DocumentError('too-many-documents', what);
    }
    this.unload(oldest.key);
  }

  #bring(known: Known, nowMs: number): LiveDocument {
    const { shelf, onLoaded, onChanged } = this.#options;
    const live = new LiveDocument(known.key, shelf.load(known.key), nowMs);
    known.live = live;
    this.#loaded += 1;
    this.#setBlank(known, false);
    live.doc.on('update', (update: Uint8Array, origin: unknown) => {
      this.#version += 1;
      if (origin === SHELF_ORIGIN) return;
      if (shelf.append(known.key, update)) {
        shelf.replace(known.key, () => live.encode(), factsOf(known, live));
      }
      onChanged(live);
    });
    onLoaded(live);
    return live;
  }

  #list(nowMs: number): {
    readonly digests: readonly NamedDigest[];
    readonly all: readonly NamedDigest[];
  } {
    if (this.#listed?.version === this.#version) return this.#listed;
    const version = this.#version;
    const all: NamedDigest[] = [];
    for (const known of this.#known.values()) {
      const digest = this.#digestOf(known, nowMs);
      // An empty one is as good as none: whoever only looked at it has nothing that others lack.
      if (!sameDigest(digest, EMPTY_DIGEST)) all.push({ key: known.key, digest });
    }
    const digests = all.filter(({ digest }) => !sameDigest(digest, BLANK_DIGEST));
    this.#listed = { version, digests, all };
    return this.#listed;
  }

  #digestOf(known: Known, nowMs: number): Digest {
    const digest = known.live?.digest.value ?? known.digest ?? this.#lookInto(known, nowMs);
    if (sameDigest(digest, EMPTY_DIGEST)) return digest;
    return (known.live?.isBlank ?? known.isBlank) ? BLANK_DIGEST : digest;
  }

  #setBlank(known: Known, isBlank: boolean): void {
    this.#blank += Number(isBlank) - Number(known.isBlank);
    known.isBlank = isBlank;
  }

  /** After a crash only the content tells the digest. */
  #lookInto(known: Known, nowMs: number): Digest {
    const updates = this.#options.shelf.load(known.key);
    const live = new LiveDocument(known.key, updates, nowMs);
    known.digest = live.digest.value;
    this.#setBlank(known, live.isBlank);
    this.#options.shelf.release(known.key);
    live.doc.destroy();
    return known.digest;
  }
}

function factsOf({ bornMs }: Known, live: LiveDocument): ContentFacts {
  return { digest: live.digest.value, isBlank: live.isBlank, bornMs };
}
