import type { PeerId } from '@hearsay/core';
import { openScreen, type Screen, type Theme } from '@hearsay/terminal';
import { CommandRunner } from '../chat/command-runner.js';
import { Drills } from '../chat/drills.js';
import { keyOfPlace, type Place } from '../chat/place.js';
import { messageBytesMax } from '../limits.js';
import { Conversations } from '../screen/conversations.js';
import { exportEvents } from '../screen/mesh/export-events.js';
import { followMesh } from '../screen/mesh/mesh-events.js';
import type { DrillKind } from '../screen/mesh/mesh-state.js';
import { followSignals } from '../screen/mesh/signal-events.js';
import { initialState } from '../screen/model/initial-state.js';
import type { ScreenEffect, ScreenEvent, ScreenState } from '../screen/model/state.js';
import { update } from '../screen/model/update.js';
import { Reading } from '../screen/reading.js';
import { SurroundingsWatch } from '../screen/surroundings-watch.js';
import { screenView, type View } from '../screen/view/chat-view.js';
import type { Notice } from '../view/notice.js';
import { noticeWords } from '../view/notice-words.js';
import { elsewhereLine, startLine } from '../view/start-words.js';
import { Narrator } from '../watch/narrator.js';
import type { Ending, Farewell, Front, FrontContext } from './front.js';

/** Notices that concern every room; the others stand where one looks. */
const EVERYWHERE: ReadonlySet<Notice['kind']> = new Set<Notice['kind']>([
  'member',
  'found',
  'in-sync',
  'noticed',
  'flapping',
  'calm',
  'renamed',
  'isolated',
  'reconnected',
  'diverged',
]);

const SIGNALS = { kill: 'SIGKILL', freeze: 'SIGSTOP', thaw: 'SIGCONT' } as const;

/** So many messages that others bring after the fact are shown of one block. */
const BLOCK_MAX = 10_000;

export interface FullFrontOptions {
  /** How what is shown looks. */
  readonly theme: Theme;
  /** The mesh and nothing else. */
  readonly meshOnly: boolean;
}

/** Chat on a whole screen: ties the peer, the state and the terminal together, and decides nothing. */
export class FullFront implements Front {
  readonly #context: FrontContext;
  readonly #narrator: Narrator;
  readonly #runner: CommandRunner;
  readonly #conversations: Conversations;
  readonly #surroundings: SurroundingsWatch;
  readonly #screen: Screen;
  readonly #drills: Drills;
  readonly #reading: Reading | undefined;
  readonly #stopFollowing: () => void;
  /** Key of the message that was picked when the last line was sent. */
  #picked: string | undefined;
  #state: ScreenState;
  /** Empty until it is loaded: the first paint does not wait for it. */
  #meshView: View = () => ({ lines: [] });
  #leave: (ending: Ending) => void = () => undefined;
  #stopped = false;

  constructor(context: FrontContext, { theme, meshOnly }: FullFrontOptions) {
    const { session, start, look, input, output } = context;
    this.#context = context;
    this.#conversations = new Conversations(session, context.historyMax);
    this.#surroundings = new SurroundingsWatch({
      session,
      waiting: () => this.#narrator.receipts.waiting,
      tell: (surroundings) => this.#dispatch({ kind: 'surroundings', surroundings }),
      complain: (text) => this.#complain(text),
    });
    this.#state = initialState({
      size: { columns: output.columns || 80, rows: output.rows || 24 },
      glyphs: look.glyphs,
      self: { nick: session.peer.nick, port: session.peer.port },
      network: start.network,
      conversations: this.#conversations.first(context.reading?.marks),
      surroundings: this.#surroundings.read(),
      keys: context.keys,
      meshOnly,
    });
    if (context.reading !== undefined) {
      this.#reading = new Reading(context.reading.file, context.reading.marks);
    }
    this.#drills = new Drills({
      peer: session.peer,
      names: session.names,
      allowed: context.drillsAllowed,
      giveBack: () => this.stop(),
    });
    this.#stopFollowing = followMesh(session, (event) =>
      this.#dispatch({ kind: 'mesh-event', event }),
    );
    followSignals(context, (event) => this.#dispatch(event));
    this.#narrator = this.#makeNarrator();
    this.#runner = this.#makeRunner();
    this.#screen = openScreen({
      input,
      output,
      theme,
      pasteCharsMax: messageBytesMax,
      draw: (size) => {
        if (size.columns !== this.#state.size.columns || size.rows !== this.#state.size.rows) {
          this.#state = update(this.#state, { kind: 'resized', size }).state;
        }
        return screenView(this.#state, this.#meshView);
      },
      onEvent: (event) => this.#dispatch({ kind: 'input', input: event, nowMs: Date.now() }),
      onResize: (size) => this.#dispatch({ kind: 'resized', size }),
      onGone: () => this.#leave('asked'),
    });
  }

  run(): Promise<Ending> {
    return new Promise((resolve) => {
      this.#leave = resolve;
      this.#say(startLine(this.#context.start));
      this.#say(
        elsewhereLine(this.#context.start).replace('/help lists the commands.', 'F1 helps.'),
      );
      for (const warning of this.#context.warnings) this.#complain(warning);
      this.#narrator.start();
      this.#surroundings.start();
      setImmediate(() => this.#loadMesh());
    });
  }

  #loadMesh(): void {
    import('../screen/mesh/mesh-view.js').then(
      ({ meshView }) => {
        this.#meshView = meshView;
        this.#screen.refresh();
      },
      (error: unknown) => this.#complain(String(error)),
    );
  }

  /** The keyboard's Ctrl-C is a key here, so this one came from elsewhere and means it. */
  interrupt(): boolean {
    return false;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#narrator.stop();
    this.#surroundings.stop();
    this.#stopFollowing();
    void this.#reading?.close();
    this.#screen.close();
  }

  farewell({ line }: Farewell): void {
    this.#context.output.write(`${line}\n`);
  }

  #dispatch(event: ScreenEvent): void {
    if (this.#stopped) return;
    const { state, effects } = update(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#do(effect);
    this.#surroundings.detail(this.#state.mesh.shown);
    this.#reading?.follow(this.#state.conversations);
    this.#screen.refresh();
  }

  #do(effect: ScreenEffect): void {
    switch (effect.kind) {
      case 'submit':
        return this.#submit(effect.place, effect.text, effect.picked);
      case 'show':
        return this.#runner.show(effect.place);
      case 'load-older': {
        const { key, place, have } = effect;
        return this.#dispatch({ kind: 'older', key, ...this.#conversations.older(place, have) });
      }
      case 'typing':
        return this.#context.signals?.typing(effect.place);
      case 'drill':
        return this.#drill(effect.drill, effect.peer);
      case 'export-events':
        return this.#export();
      case 'bell':
        if (this.#context.bell) this.#screen.bell();
        return;
      case 'leave':
        return this.#leave('asked');
      case 'suspend':
        return this.#suspend();
      case 'repaint':
        return this.#screen.repaint();
    }
  }

  #submit(place: Place, text: string, picked: string | undefined): void {
    this.#picked = picked;
    if (keyOfPlace(this.#runner.place) !== keyOfPlace(place)) this.#runner.show(place);
    this.#runner.run(text).catch((error: unknown) => {
      this.#complain(error instanceof Error ? error.message : String(error));
    });
  }

  #drill(drill: DrillKind, peer: PeerId): void {
    const done = (text: string): void => this.#hint(text);
    switch (drill) {
      case 'cut':
        return done(this.#drills.cut(peer));
      case 'heal':
        return done(this.#drills.heal(peer));
      case 'kill':
      case 'freeze':
      case 'thaw':
        this.#drills
          .signal(peer, SIGNALS[drill])
          .then(done, (error: unknown) => done(String(error)));
        return;
      case 'redial': {
        const [address] = this.#context.session.peer
          .members()
          .filter(({ id }) => id === peer)
          .flatMap(({ addresses }) => addresses);
        if (address === undefined) return done('no address of it is known');
        this.#narrator.expect(address);
        this.#context.session.peer.join(address);
        return done(`dialling ${address}`);
      }
    }
  }

  #export(): void {
    const { nick } = this.#context.session.peer;
    exportEvents(this.#state.mesh.events, nick).then(
      (file) => this.#hint(`wrote ${this.#state.mesh.events.length} events to ${file}`),
      (error: unknown) =>
        this.#hint(`not written: ${error instanceof Error ? error.message : String(error)}`),
    );
  }

  #hint(text: string): void {
    this.#dispatch({ kind: 'hint', text });
  }

  #suspend(): void {
    this.#screen.suspend();
    this.#context.output.write('suspended: the others will think you dead until you resume (fg)\n');
    process.once('SIGCONT', () => this.#screen.resume());
    process.kill(process.pid, 'SIGTSTP');
  }

  #makeNarrator(): Narrator {
    const { session, start } = this.#context;
    return new Narrator({
      session,
      joined: start.join,
      historyMax: BLOCK_MAX,
      keptMax: 0,
      echo: 'now',
      isCurrent: () => true,
      tell: (notice) => this.#tell(notice),
      signals: this.#context.signals,
    });
  }

  #makeRunner(): CommandRunner {
    const { session, invite, look, cache } = this.#context;
    return new CommandRunner({
      session,
      invite,
      cache,
      narrator: this.#narrator,
      look: () => ({ ...look, columns: this.#state.size.columns }),
      print: (rows) => this.#dispatch({ kind: 'answer', atMs: Date.now(), rows }),
      complain: (text) => this.#complain(text),
      placeChanged: () => this.#open(this.#runner.place, true),
      joined: (room) => this.#open({ kind: 'room', room }, true),
      parted: (room) => this.#dispatch({ kind: 'closed', key: keyOfPlace({ kind: 'room', room }) }),
      openHelp: () =>
        this.#dispatch({ kind: 'input', input: { kind: 'key', key: 'f1' }, nowMs: Date.now() }),
      leave: () => this.#leave('asked'),
      drills: this.#drills,
      picked: () => this.#picked,
      search: (query) => this.#dispatch({ kind: 'search', query }),
      openMesh: () => this.#dispatch({ kind: 'show-mesh' }),
    });
  }

  /** A conversation is on the screen, or in the list, from now on. */
  #open(place: Place, show: boolean): void {
    const isThere = this.#state.conversations.some(({ key }) => key === keyOfPlace(place));
    const kept = isThere ? [] : this.#conversations.kept(place);
    const title = this.#conversations.titleOf(place);
    this.#dispatch({ kind: 'opened', place, title, kept, show });
  }

  #tell(notice: Notice): void {
    if (notice.kind === 'message') {
      const { message, name } = notice;
      // What is kept of it includes this message already.
      const isThere = this.#state.conversations.some(
        ({ key }) => key === keyOfPlace(message.place),
      );
      if (!isThere) this.#openBefore(notice.message.place, message.key);
      this.#surroundings.said(message);
      this.#dispatch({ kind: 'message', message, name });
      return;
    }
    if (notice.kind === 'change') {
      const { message } = notice.change;
      if (message !== undefined) this.#dispatch({ kind: 'amended', message });
      return;
    }
    if (notice.kind === 'renamed') this.#renamed();
    const { text, tone } = noticeWords(notice);
    const everywhere = EVERYWHERE.has(notice.kind);
    this.#dispatch({ kind: 'notice', atMs: Date.now(), text, tone, everywhere });
  }

  #openBefore(place: Place, key: string): void {
    const kept = this.#conversations
      .kept(place)
      .filter((entry) => entry.kind !== 'message' || entry.message.key !== key);
    const title = this.#conversations.titleOf(place);
    this.#dispatch({ kind: 'opened', place, title, kept, show: false });
  }

  #renamed(): void {
    const { peer } = this.#context.session;
    const titles = new Map(
      this.#state.conversations.map(({ key, place }) => [key, this.#conversations.titleOf(place)]),
    );
    this.#dispatch({ kind: 'renamed', nick: peer.nick, titles });
  }

  #say(text: string): void {
    const atMs = Date.now();
    this.#dispatch({ kind: 'notice', atMs, text, tone: 'quiet', everywhere: false });
  }

  #complain(text: string): void {
    const atMs = Date.now();
    this.#dispatch({ kind: 'notice', atMs, text, tone: 'warn', everywhere: false });
  }
}
