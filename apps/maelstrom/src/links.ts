import type { Input, LinkClosure, LinkId, Priority } from '@hearsay/core';
import { ABNORMAL_CLOSURE } from '@hearsay/core';
import { type Body, malformed } from './envelope.js';

/** Body type of what nodes say to each other. */
export const LINK_TYPE = 'hearsay';
/** Frames that came before the first of their link wait for it; over this the link is of no use. */
const EARLY_MAX = 64;

/** A link is named by the node that dialled and a number of its own. */
interface End {
  readonly id: LinkId;
  readonly node: string;
  readonly by: string;
  readonly number: number;
  readonly ours: boolean;
  state: 'dialling' | 'open' | 'closed';
  /** Messages of frames sent; the first one holds the hello. */
  sent: number;
  /** Frames that overtook the first; undefined once that is here. */
  early: Uint8Array[] | undefined;
}

interface Pending {
  readonly control: Uint8Array[];
  readonly bulk: Uint8Array[];
}

/** What links need of their node. */
export interface LinkHooks {
  send(node: string, body: Body): void;
  feed(input: Input): void;
}

/** Links between nodes, over a network that carries single messages and may lose or swap them. */
export class Links {
  readonly #self: string;
  readonly #hooks: LinkHooks;
  readonly #ends = new Map<LinkId, End>();
  readonly #byName = new Map<string, End>();
  readonly #pending = new Map<LinkId, Pending>();
  #count = 0;

  constructor(self: string, hooks: LinkHooks) {
    this.#self = self;
    this.#hooks = hooks;
  }

  /** @returns the number of the link, for `giveUp` */
  dial(node: string): LinkId {
    const end = this.#add(node, this.#self, this.#count + 1);
    this.#say(end, { do: 'dial' });
    return end.id;
  }

  /** A dial had its time. @returns whether it had not become a link */
  giveUp(link: LinkId): boolean {
    const end = this.#ends.get(link);
    if (end?.state !== 'dialling') return false;
    this.#drop(end);
    this.#say(end, { do: 'close', code: ABNORMAL_CLOSURE, reason: 'too late' });
    return true;
  }

  queue(link: LinkId, bytes: Uint8Array, priority: Priority): void {
    const pending = this.#pending.get(link) ?? { control: [], bulk: [] };
    pending[priority === 'control' ? 'control' : 'bulk'].push(bytes.slice());
    this.#pending.set(link, pending);
  }

  /** What was queued in a turn leaves as one message a link. */
  flush(): void {
    for (const [link, { control, bulk }] of this.#pending) {
      const end = this.#ends.get(link);
      if (end?.state !== 'open') continue;
      const data = Buffer.concat([...control, ...bulk]).toString('base64');
      this.#say(end, { do: 'frames', turn: end.sent, data });
      end.sent += 1;
    }
    this.#pending.clear();
  }

  close(link: LinkId, { code, reason }: LinkClosure): void {
    this.flush();
    const end = this.#ends.get(link);
    if (end === undefined) return;
    this.#drop(end);
    this.#say(end, { do: 'close', code, reason });
    this.#hooks.feed({ kind: 'link-closed', link, closure: { code, reason } });
  }

  /**
   * Something that another node said.
   * @throws RequestError when it makes no sense
   */
  received(node: string, body: Body): void {
    const { by, number } = body;
    if (typeof by !== 'string' || typeof number !== 'number') throw malformed('no link is named');
    const end = this.#byName.get(nameOf(by, number, node));
    switch (body['do']) {
      case 'dial':
        return end === undefined && by === node ? this.#accept(node, number) : undefined;
      case 'accept':
        return this.#opened(end);
      case 'frames':
        return this.#frames(end, body);
      case 'close':
        return this.#closed(end, body);
      default:
        throw malformed('a link knows dial, accept, frames and close');
    }
  }

  #accept(node: string, number: number): void {
    const end = this.#add(node, node, number);
    end.state = 'open';
    this.#say(end, { do: 'accept' });
    this.#hooks.feed({ kind: 'link-opened', link: end.id, remote: node });
  }

  #opened(end: End | undefined): void {
    if (end?.state !== 'dialling') return;
    end.state = 'open';
    const { id: link, node } = end;
    this.#hooks.feed({ kind: 'link-opened', link, dialled: node, remote: node });
  }

  #frames(end: End | undefined, { turn, data }: Body): void {
    if (typeof turn !== 'number' || typeof data !== 'string')
      throw malformed('frames without data');
    if (end === undefined) return; // Of a link that we closed.
    // What answers a dial may overtake its acceptance.
    this.#opened(end);
    const bytes = new Uint8Array(Buffer.from(data, 'base64'));
    const early = end.early;
    if (early !== undefined && turn !== 0) {
      if (early.length < EARLY_MAX) early.push(bytes);
      return;
    }
    end.early = undefined;
    for (const one of [bytes, ...(early ?? [])]) {
      this.#hooks.feed({ kind: 'frames', link: end.id, bytes: one });
    }
  }

  #closed(end: End | undefined, { code, reason }: Body): void {
    if (end === undefined) return;
    const closure = {
      code: typeof code === 'number' ? code : ABNORMAL_CLOSURE,
      reason: typeof reason === 'string' ? reason : '',
    };
    // A dial that is refused after it was accepted never was a link to us.
    this.#opened(end);
    this.#drop(end);
    this.#hooks.feed({ kind: 'link-closed', link: end.id, closure });
  }

  #add(node: string, by: string, number: number): End {
    this.#count += 1;
    const end: End = {
      id: this.#count,
      node,
      by,
      number,
      ours: by === this.#self,
      state: 'dialling',
      sent: 0,
      early: [],
    };
    this.#ends.set(end.id, end);
    this.#byName.set(nameOf(by, number, node), end);
    return end;
  }

  #drop(end: End): void {
    end.state = 'closed';
    this.#ends.delete(end.id);
    this.#byName.delete(nameOf(end.by, end.number, end.node));
    this.#pending.delete(end.id);
  }

  #say(end: End, words: Record<string, unknown>): void {
    const { by, number } = end;
    this.#hooks.send(end.node, { type: LINK_TYPE, by, number, ...words });
  }
}

function nameOf(by: string, number: number, node: string): string {
  return `${by} ${number} ${node}`;
}
