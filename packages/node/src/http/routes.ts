import { PeerError } from '../errors.js';

/** Something for each path below a prefix. */
export class Routes<Handler> {
  readonly #handlers = new Map<string, Handler>();

  /**
   * @param prefix begins with `/`; one that ends with `/` is for everything below, and for the path
   *   without it; any other for exactly that path
   * @returns a function that removes it
   * @throws PeerError `bad-option`, `route-taken`
   */
  add(prefix: string, handler: Handler): () => void {
    if (!/^\/[\w.~/-]*$/.test(prefix)) {
      throw new PeerError('bad-option', `"${prefix}" is no path: / and letters, digits, - . _ ~`);
    }
    if (this.#handlers.has(prefix)) {
      throw new PeerError('route-taken', `${prefix} of this peer is served already`);
    }
    this.#handlers.set(prefix, handler);
    return () => {
      if (this.#handlers.get(prefix) === handler) this.#handlers.delete(prefix);
    };
  }

  /** The handler of the longest prefix of a path. */
  find(path: string): Handler | undefined {
    let longest = '';
    let found: Handler | undefined;
    for (const [prefix, handler] of this.#handlers) {
      if (prefix.length < longest.length || !covers(prefix, path)) continue;
      longest = prefix;
      found = handler;
    }
    return found;
  }
}

function covers(prefix: string, path: string): boolean {
  if (path === prefix) return true;
  return prefix.endsWith('/') && (path.startsWith(prefix) || `${path}/` === prefix);
}
