import { defaultKeymap } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import * as Y from 'yjs';
import { Connection } from './connection.js';
import { element, line } from './elements.js';
import { PeerList } from './peers.js';
import { keepName, ownName, personOf, readPerson } from './person.js';

const query = new URLSearchParams(location.search);
const token = query.get('token') ?? undefined;
const name = query.get('doc') ?? 'notes';
const doc = new Y.Doc();
const peers = new PeerList(location.host, token);
const state = element('state', HTMLSpanElement);
const light = element('light', HTMLSpanElement);

element('title', HTMLHeadingElement).textContent = name;
document.title = `${name} - Hearsay pad`;

const { provider } = new Connection({
  doc,
  key: `pad/${name}`,
  peers,
  token,
  onStanding: (standing) => {
    light.dataset['state'] = standing.state;
    if (state.textContent !== standing.line) state.textContent = standing.line;
    showPeers();
  },
});
const { awareness } = provider;

showSelf();
showPeople();
awareness.on('change', showPeople);
openEditor();

function openEditor(): void {
  const text = doc.getText('text');
  const undoManager = new Y.UndoManager(text);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name=nonce]')?.content ?? '';
  const view = new EditorView({
    parent: element('editor', HTMLElement),
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'the text', autocapitalize: 'sentences' }),
        drawSelection(),
        placeholder('Write here. Whoever has this pad open sees it at once.'),
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
        yCollab(text, awareness, { undoManager }),
      ],
    }),
  });
  view.focus();
}

function showSelf(): void {
  const field = element('name', HTMLInputElement);
  field.value = ownName();
  const { color } = personOf(field.value);
  const tell = (): void => awareness.setLocalStateField('user', personOf(field.value, color));
  tell();
  field.addEventListener('change', () => {
    keepName(field.value);
    tell();
  });
}

function showPeople(): void {
  const people = [...awareness.getStates()].flatMap(([client, state]) => {
    const person = readPerson(state);
    return person === undefined ? [] : [{ client, ...person }];
  });
  const lines = people.map(({ client, name: nick, color }) =>
    line(client === doc.clientID ? `${nick} (you)` : nick, color),
  );
  element('people', HTMLUListElement).replaceChildren(...lines);
}

function showPeers(): void {
  const { current, all } = peers;
  const count = all.length - 1;
  const others = count === 0 ? 'no other peer known' : `${count} other${count === 1 ? '' : 's'}`;
  element('peers-summary', HTMLElement).textContent = others;
  const lines = all.map(({ nick, address }) =>
    line(`${nick} at ${address}${address === current.address ? ', in use' : ''}`),
  );
  element('peers', HTMLUListElement).replaceChildren(...lines);
}
