import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DocumentDigest, sameDigest } from '../../src/documents/digest.js';

/** What one of three writers does, then whose updates the others get. */
const action = fc.record({
  writer: fc.nat(2),
  kind: fc.constantFrom('text', 'cut', 'map', 'unset', 'nest', 'drop', 'sync', 'undo' as const),
  at: fc.nat(50),
  size: fc.integer({ min: 1, max: 8 }),
});

function edit(doc: Y.Doc, kind: string, at: number, size: number): void {
  const text = doc.getText('t');
  const map = doc.getMap('m');
  const list = doc.getArray<Y.Map<unknown>>('a');
  const place = Math.min(at, text.length);
  if (kind === 'text') text.insert(place, 'x'.repeat(size));
  if (kind === 'cut')
    text.delete(Math.min(place, text.length), Math.min(size, text.length - place));
  if (kind === 'map') map.set(`k${at % 3}`, size);
  if (kind === 'unset') map.delete(`k${at % 3}`);
  if (kind === 'nest') list.insert(0, [new Y.Map([['v', size]])]);
  if (kind === 'drop' && list.length > 0) list.delete(at % list.length, 1);
}

describe('the digest of a document', () => {
  it('kept along with edits and merges equals the one of a look at the whole, and tells contents apart', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
        const digests = docs.map((doc) => new DocumentDigest(doc));
        const [first] = docs;
        // An observer that edits makes a transaction inside the end of another.
        first?.getMap('m').observe((event) => {
          if (event.transaction.local) return;
          if (event.keysChanged.has('k0')) first.getText('t').insert(0, '!');
        });
        for (const { writer, kind, at, size } of actions) {
          const doc = docs[writer];
          const other = docs[(writer + 1) % docs.length];
          if (doc === undefined || other === undefined) continue;
          if (kind === 'sync') Y.applyUpdate(other, Y.encodeStateAsUpdate(doc), 'other');
          else doc.transact(() => edit(doc, kind, at, size));
        }
        for (const [index, doc] of docs.entries()) {
          expect(digests[index]?.value).toEqual(new DocumentDigest(doc).value);
        }
        const [a, b] = docs;
        if (a === undefined || b === undefined) return;
        const equal = Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b));
        expect(sameDigest(new DocumentDigest(a).value, new DocumentDigest(b).value)).toBe(equal);
      }),
      { numRuns: 500 },
    );
  });

  it('differs where a deletion was lost, though the state vectors are equal', () => {
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    a.getText('t').insert(0, 'abc');
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    a.getText('t').delete(1, 1);
    expect(Y.encodeStateVector(a)).toEqual(Y.encodeStateVector(b));
    expect(new DocumentDigest(a).value).not.toEqual(new DocumentDigest(b).value);
  });
});
