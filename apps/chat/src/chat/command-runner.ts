import { Buffer } from 'node:buffer';
import type { PeerId } from '@hearsay/core';
import { isPeerError } from '../command-line/failure.js';
import { isAddress } from '../command-line/values.js';
import { type Command, parseCommand } from '../input/commands.js';
import { messageBytesMax, roomsMax } from '../limits.js';
import { isNick, NICK_RULE } from '../profile/nick.js';
import type { Look } from '../text/look.js';
import { helpRows } from '../view/help.js';
import { type MeshView, meshTable } from '../view/mesh-table.js';
import { receiptRows, syncRows, whoRows } from '../view/status-rows.js';
import type { Narrator } from '../watch/narrator.js';
import type { MadeInvite } from './make-invite.js';
import { parseRoom } from './place.js';
import type { ChatSession, Utterance } from './session.js';

export interface CommandRunnerOptions {
  readonly session: ChatSession;
  readonly narrator: Narrator;
  readonly look: () => Look;
  readonly invite: () => MadeInvite | undefined;
  /** Shows the answer to a command. */
  readonly print: (rows: readonly string[]) => void;
  /** Shows why something was not done. */
  readonly complain: (text: string) => void;
  /** The current room changed, or left without one. */
  readonly roomChanged: () => void;
  readonly leave: () => void;
}

/** Does what a person types: says it, or answers a command. */
export class CommandRunner {
  readonly #options: CommandRunnerOptions;
  readonly #session: ChatSession;
  #room: string;

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
    this.#session = options.session;
    this.#room = options.session.rooms[0] ?? '';
  }

  /** The room that text goes to. */
  get room(): string {
    return this.#room;
  }

  /** One line of input, commands included. */
  async run(line: string): Promise<void> {
    const command = parseCommand(line);
    if (command.kind !== 'say' && command.kind !== 'me') this.#options.narrator.settle();
    await this.#do(command);
  }

  /** Sends text to the current room as it is; empty lines are not sent. */
  async sayText(text: string): Promise<void> {
    if (text.trim() === '') return;
    await this.#say({ place: { kind: 'room', room: this.#room }, text });
  }

  #do(command: Command): Promise<void> | void {
    const { print, complain, leave, narrator, look } = this.#options;
    const { peer, names } = this.#session;
    switch (command.kind) {
      case 'nothing':
        return;
      case 'wrong':
        return complain(command.message);
      case 'say':
        return this.sayText(command.text);
      case 'me':
        return this.#say({
          place: { kind: 'room', room: this.#room },
          text: command.text,
          action: true,
        });
      case 'msg':
        return this.#message(command.to, command.text);
      case 'join':
        return this.#join(command.name);
      case 'part':
        return this.#part(command.name);
      case 'rooms':
        return print(
          this.#session.rooms.map((room) => `#${room}${room === this.#room ? '  (current)' : ''}`),
        );
      case 'nick':
        return this.#rename(command.name);
      case 'dial':
        return this.#dial(command.name);
      case 'who':
        return print(whoRows(peer.members(), names));
      case 'mesh':
        return print(
          meshTable({ ...this.#mesh(), messages: peer.status().messages, look: look() }),
        );
      case 'sync':
        return print(
          syncRows({ ...peer.status(), ...this.#mesh(), waiting: narrator.receipts.waiting }),
        );
      case 'invite':
        return this.#invite();
      case 'receipts':
        return print(receiptRows(narrator.receipts.recent(), look()));
      case 'help':
        return print(helpRows(command.name));
      case 'quit':
        return leave();
    }
  }

  #invite(): void {
    const { invite, print, complain } = this.#options;
    const made = invite();
    if (made === undefined) return complain('there is no address to invite to');
    print([made.line]);
    if (made.warning !== undefined) complain(made.warning);
  }

  #mesh(): Pick<MeshView, 'members' | 'names' | 'lackedAtDeath'> {
    const { peer, names, lackedAtDeath } = this.#session;
    return { members: peer.members(), names, lackedAtDeath };
  }

  async #say(utterance: Utterance): Promise<void> {
    const bytes = Buffer.byteLength(utterance.text);
    if (bytes > messageBytesMax) {
      this.#options.complain(
        `message too long (${bytes} bytes, limit ${messageBytesMax}): not sent`,
      );
      return;
    }
    try {
      const { congested } = this.#options.narrator.say(utterance);
      if (congested) await this.#session.peer.drained();
    } catch (error) {
      if (!isPeerError(error)) throw error;
      this.#options.complain(`${error.message}: not sent`);
    }
  }

  #message(to: string, text: string): Promise<void> | void {
    const { complain } = this.#options;
    const found = this.#session.names.find(to);
    switch (found.kind) {
      case 'none':
        return complain(
          `nobody here is called ${to}${found.near === undefined ? '' : `; did you mean ${found.near}?`}`,
        );
      case 'several':
        return complain(`several are called ${to}: ${found.names.join(', ')}`);
      case 'one':
        return this.#messageTo(found.id, text);
    }
  }

  async #messageTo(id: PeerId, text: string): Promise<void> {
    const { peer, names } = this.#session;
    if (id === peer.id) return this.#options.complain('that is you');
    const state = peer.members().find((member) => member.id === id)?.state;
    await this.#say({ place: { kind: 'direct', peer: id }, text });
    if (state === 'dead' || state === 'left') {
      this.#options.print([
        `${names.of(id)} is ${state === 'dead' ? 'dead' : 'away'}: the others keep it until then`,
      ]);
    }
  }

  #join(typed: string): void {
    const room = parseRoom(typed);
    if (room === undefined) {
      this.#options.complain(`not a room: ${typed}; letters, digits and . _ - make one`);
      return;
    }
    const isNew = !this.#session.rooms.includes(room);
    if (!this.#session.join(room)) {
      this.#options.complain(`you are in ${roomsMax} rooms, that is all; /part one first`);
      return;
    }
    this.#room = room;
    this.#options.roomChanged();
    this.#options.print([isNew ? `joined #${room}` : `now in #${room}`]);
    if (isNew) this.#options.narrator.showKept({ kind: 'room', room });
  }

  #part(typed: string | undefined): void {
    const room = typed === undefined ? this.#room : parseRoom(typed);
    if (room === undefined || !this.#session.rooms.includes(room)) {
      this.#options.complain(`you are not in ${typed ?? 'a room'}; /rooms lists yours`);
      return;
    }
    if (this.#session.rooms.length === 1) {
      this.#options.complain(`#${room} is your only room; /join another first, or /quit`);
      return;
    }
    this.#session.part(room);
    if (room === this.#room) this.#room = this.#session.rooms[0] ?? '';
    this.#options.roomChanged();
    this.#options.print([`left #${room}, now in #${this.#room}`]);
  }

  #rename(nick: string): void {
    if (!isNick(nick)) {
      this.#options.complain(`not a nick: ${nick}. ${NICK_RULE}`);
      return;
    }
    this.#session.peer.rename(nick);
    this.#session.refreshNames();
    this.#options.print([`you are now ${nick}`]);
  }

  #dial(address: string): void {
    if (!isAddress(address)) {
      this.#options.complain(`not an address: ${address}; write HOST:PORT`);
      return;
    }
    this.#options.narrator.expect(address);
    this.#session.peer.join(address);
    this.#options.print([`dialling ${address}`]);
  }
}
