import { LabError } from '../errors.js';

/** Something that a chat program was told to say, until it answers. */
interface Asked {
  readonly room: string;
  readonly text: string;
  readonly accept: (id: string) => void;
  readonly refuse: (reason: string) => void;
}

/** What a chat program was told to say in its JSON mode, and has not answered yet. */
export class Utterances {
  readonly #nick: string;
  readonly #send: (request: object) => void;
  readonly #asked = new Map<string, Asked>();
  #commands = 0;

  constructor(nick: string, send: (request: object) => void) {
    this.#nick = nick;
    this.#send = send;
  }

  /** Resolves with the id of the message when it was accepted. @throws LabError `refused` */
  say(room: string, text: string): Promise<string> {
    this.#commands += 1;
    const ref = String(this.#commands);
    return new Promise((accept, reject) => {
      const refuse = (reason: string) =>
        reject(new LabError('refused', `${this.#nick} refused to say it: ${reason}`));
      this.#asked.set(ref, { room, text, accept, refuse });
      this.#send({ type: 'say', room, text, ref });
    });
  }

  /** Takes out what was accepted; whoever says it calls `accept` when it is noted. */
  take(ref: string): Asked | undefined {
    const asked = this.#asked.get(ref);
    this.#asked.delete(ref);
    return asked;
  }

  refuseAll(reason: string): void {
    for (const { refuse } of this.#asked.values()) refuse(reason);
    this.#asked.clear();
  }
}
