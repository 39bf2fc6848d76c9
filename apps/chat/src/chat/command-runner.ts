import { Buffer } from 'node:buffer';
import type { Cache } from '@hearsay/cache';
import type { PeerId } from '@hearsay/core';
import { padUrl } from '@hearsay/pad';
import { askCache, type CacheRequest, cacheRows } from '../cache/cache-commands.js';
import { codeOf, isPeerError } from '../command-line/failure.js';
import { isAddress } from '../command-line/values.js';
import { type Command, parseCommand } from '../input/commands.js';
import { messageBytesMax, roomsMax } from '../limits.js';
import { isNick, NICK_RULE } from '../profile/nick.js';
import type { Look } from '../text/look.js';
import { helpRows } from '../view/help.js';
import { type MeshView, meshTable } from '../view/mesh-table.js';
import { receiptRows, syncRows, whoRows } from '../view/status-rows.js';
import type { Narrator } from '../watch/narrator.js';
import { type ChangeOf, reactionCounts } from './change.js';
import type { Drills } from './drills.js';
import type { MadeInvite } from './make-invite.js';
import type { ChatMessage } from './message.js';
import { keyOfPlace, type Place, parseRoom } from './place.js';
import type { ChatSession, Utterance } from './session.js';

export interface CommandRunnerOptions {
  readonly session: ChatSession;
  readonly narrator: Narrator;
  readonly look: () => Look;
  readonly invite: () => MadeInvite | undefined;
  /** Undefined without a cache. */
  readonly cache?: (() => Promise<Cache>) | undefined;
  /** Shows the answer to a command. */
  readonly print: (rows: readonly string[]) => void;
  /** Shows why something was not done. */
  readonly complain: (text: string) => void;
  /** Text goes somewhere else now. */
  readonly placeChanged: () => void;
  /** A room is joined no more. */
  readonly parted?: (room: string) => void;
  /** A room was joined; in place of printing what is kept of it. */
  readonly joined?: (room: string) => void;
  /** The member list in place of a table. */
  readonly openMesh?: () => void;
  /** Help in place of rows. */
  readonly openHelp?: () => void;
  readonly leave: () => void;
  readonly drills: Drills;
  /** Key of the message that is picked on the screen, if any. */
  readonly picked?: () => string | undefined;
  /** Looks for text in the conversation on the screen. */
  readonly search?: (query: string) => void;
}

const BEFORE_PAUSE_MS = 100;

/** Does what a person types: says it, or answers a command. */
export class CommandRunner {
  readonly #options: CommandRunnerOptions;
  readonly #session: ChatSession;
  #place: Place;

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
    this.#session = options.session;
    this.#place = { kind: 'room', room: options.session.rooms[0] ?? '' };
  }

  /** Where text goes. */
  get place(): Place {
    return this.#place;
  }

  /** Text goes there from now on: a room that was joined, or somebody. */
  show(place: Place): void {
    this.#place = place;
    this.#options.placeChanged();
  }

  /** True for the room that text goes to. */
  isIn(room: string): boolean {
    return this.#place.kind === 'room' && this.#place.room === room;
  }

  /** One line of input, commands included. */
  async run(line: string): Promise<void> {
    const command = parseCommand(line);
    if (command.kind !== 'say' && command.kind !== 'me') this.#options.narrator.settle();
    await this.#do(command);
  }

  /** Sends text as it is to where text goes; empty lines are not sent. */
  async sayText(text: string): Promise<void> {
    if (text.trim() === '') return;
    await this.#say({ place: this.#place, text });
  }

  #do(command: Command): Promise<void> | void {
    const { print, complain, leave, narrator, look, drills } = this.#options;
    const { peer, names } = this.#session;
    switch (command.kind) {
      case 'nothing':
        return;
      case 'wrong':
        return complain(command.message);
      case 'say':
        return this.sayText(command.text);
      case 'me':
        return this.#say({ place: this.#place, text: command.text, action: true });
      case 'edit':
        return this.#change('own', ({ amendment, text }) => {
          if (Buffer.byteLength(command.text) > messageBytesMax) throw new Error('too long');
          const isSame = (amendment?.text?.text ?? text) === command.text;
          return isSame ? undefined : { kind: 'edit', text: command.text };
        });
      case 'delete':
        return this.#change('own', () => ({ kind: 'delete' }));
      case 'react':
        return this.#change('others', (message) => ({
          kind: 'react',
          emoji: command.emoji,
          on: !this.#reacted(message, command.emoji),
        }));
      case 'msg':
        return this.#message(command.to, command.text);
      case 'query':
        return this.#query(command.name);
      case 'join':
        return this.#join(command.name);
      case 'part':
        return this.#part(command.name);
      case 'rooms':
        return print(
          this.#session.rooms.map((room) => `#${room}${this.isIn(room) ? '  (current)' : ''}`),
        );
      case 'nick':
        return this.#rename(command.name);
      case 'dial':
        return this.#dial(command.name);
      case 'who':
        return print(whoRows(peer.members(), names));
      case 'mesh':
        if (this.#options.openMesh !== undefined) return this.#options.openMesh();
        return print(
          meshTable({ ...this.#mesh(), messages: peer.status().messages, look: look() }),
        );
      case 'sync':
        return print(
          syncRows({ ...peer.status(), ...this.#mesh(), waiting: narrator.receipts.waiting }),
        );
      case 'invite':
        return this.#invite();
      case 'search':
        if (this.#options.search !== undefined) return this.#options.search(command.text);
        return complain('search is for the whole screen; here your terminal has it');
      case 'cut': {
        const id = this.#found(command.name);
        return id === undefined ? undefined : print([drills.cut(id)]);
      }
      case 'heal': {
        if (command.name === undefined) return print([drills.heal(undefined)]);
        const id = this.#found(command.name);
        return id === undefined ? undefined : print([drills.heal(id)]);
      }
      case 'pause':
        return this.#pause(command.ms);
      case 'crash':
        return print([drills.crash()]);
      case 'receipts':
        return print(receiptRows(narrator.receipts.recent(), look()));
      case 'cache':
        return this.#askCache(command.request);
      case 'pad':
        return this.#pad(command.name);
      case 'help':
        if (command.name === undefined && this.#options.openHelp !== undefined) {
          return this.#options.openHelp();
        }
        return print(helpRows(command.name));
      case 'quit':
        return leave();
    }
  }

  /** What is on its way to the screen is shown first: afterwards it is old. */
  async #pause(ms: number): Promise<void> {
    this.#options.print([`standing still for ${ms / 1_000}s`]);
    await new Promise((resolve) => setTimeout(resolve, BEFORE_PAUSE_MS));
    this.#options.print([this.#options.drills.pause(ms)]);
  }

  async #askCache(request: CacheRequest): Promise<void> {
    const { cache, print, complain } = this.#options;
    if (cache === undefined) return complain('this peer has no cache (--no-cache)');
    try {
      print(cacheRows(await askCache(await cache(), request)));
    } catch (error) {
      if (codeOf(error) === '') throw error;
      complain(error instanceof Error ? error.message : String(error));
    }
  }

  #pad(name: string | undefined): void {
    const { cache, print, complain } = this.#options;
    if (cache === undefined) return complain('this peer has no documents (--no-cache)');
    print([padUrl(this.#session.peer.port, name)]);
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

  /** Changes the picked message, else the last one here that is ours, or that is not. */
  #change(whose: 'own' | 'others', changeOf: (message: ChatMessage) => ChangeOf | undefined): void {
    const { complain, picked } = this.#options;
    const here = keyOfPlace(this.#place);
    const key = picked?.();
    const message =
      key === undefined
        ? this.#session.lastMessage(
            ({ own, place, amendment }) =>
              own === (whose === 'own') &&
              keyOfPlace(place) === here &&
              !(amendment?.text !== undefined && amendment.text.text === undefined),
          )
        : this.#session.message(key);
    if (message === undefined) {
      return complain(
        whose === 'own' ? 'you said nothing here to change' : 'nobody else said anything here',
      );
    }
    if (whose === 'own' && !message.own) return complain('only its author changes a message');
    try {
      const change = changeOf(message);
      if (change !== undefined) this.#session.change(message, change);
    } catch (error) {
      complain(`${error instanceof Error ? error.message : String(error)}: not sent`);
    }
  }

  #reacted({ amendment }: ChatMessage, emoji: string): boolean {
    if (amendment === undefined) return false;
    const counts = reactionCounts(amendment, this.#session.peer.id);
    return counts.some((reaction) => reaction.emoji === emoji && reaction.own);
  }

  #message(to: string, text: string): Promise<void> | void {
    const id = this.#found(to);
    return id === undefined ? undefined : this.#messageTo(id, text);
  }

  #query(to: string): void {
    const id = this.#found(to);
    if (id === undefined) return;
    if (id === this.#session.peer.id) return this.#options.complain('that is you');
    this.show({ kind: 'direct', peer: id });
    if (this.#options.joined === undefined) {
      this.#options.print([`now talking to ${this.#placeName()} alone; /join ROOM goes back`]);
    }
  }

  /** Whom a person means; undefined when that was told to be unclear. */
  #found(to: string): PeerId | undefined {
    const { complain } = this.#options;
    const found = this.#session.names.find(to);
    switch (found.kind) {
      case 'none': {
        const hint = found.near === undefined ? '' : `; did you mean ${found.near}?`;
        complain(`nobody here is called ${to}${hint}`);
        return undefined;
      }
      case 'several':
        complain(`several are called ${to}: ${found.names.join(', ')}`);
        return undefined;
      case 'one':
        return found.id;
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
    if (isNew) this.#options.joined?.(room);
    this.show({ kind: 'room', room });
    if (this.#options.joined !== undefined) return;
    this.#options.print([isNew ? `joined #${room}` : `now in #${room}`]);
    if (isNew) this.#options.narrator.showKept({ kind: 'room', room });
  }

  #part(typed: string | undefined): void {
    const here = this.#place.kind === 'room' ? this.#place.room : undefined;
    const room = typed === undefined ? here : parseRoom(typed);
    if (room === undefined || !this.#session.rooms.includes(room)) {
      this.#options.complain(`you are not in ${typed ?? 'a room'}; /rooms lists yours`);
      return;
    }
    if (this.#session.rooms.length === 1) {
      this.#options.complain(`#${room} is your only room; /join another first, or /quit`);
      return;
    }
    this.#session.part(room);
    this.#options.parted?.(room);
    const [next = ''] = this.#session.rooms;
    if (this.isIn(room)) this.show({ kind: 'room', room: next });
    this.#options.print([`left #${room}, now in ${this.#placeName()}`]);
  }

  #placeName(): string {
    return this.#place.kind === 'room'
      ? `#${this.#place.room}`
      : this.#session.names.of(this.#place.peer);
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
