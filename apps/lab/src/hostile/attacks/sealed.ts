import { encodeFrame } from '@hearsay/core/wire';
import type { Attack } from '../attacker/attack.js';
import { sayOnce } from './member-actions.js';

const word = encodeFrame({ kind: 'table-want' });

/** What somebody on the way could do to a link. */
export const sealedAttacks: readonly Attack[] = [
  {
    name: 'a flipped bit',
    as: 'member',
    answer: 'cut',
    because: 'the seal does not fit',
    run: (scene) =>
      sayOnce(scene, (link) => {
        const sealed = link.seal(word);
        sealed[0] = (sealed[0] ?? 0) ^ 1;
        link.socket.send(sealed);
      }),
  },
  {
    name: 'a repeated message',
    as: 'member',
    answer: 'cut',
    because: 'its number is used up',
    run: (scene) =>
      sayOnce(scene, (link) => {
        const sealed = link.seal(word);
        link.socket.send(sealed);
        link.socket.send(sealed);
      }),
  },
  {
    name: 'a message left out',
    as: 'member',
    answer: 'cut',
    because: 'its number is not the next',
    run: (scene) =>
      sayOnce(scene, (link) => {
        link.seal(word);
        link.socket.send(link.seal(word));
      }),
  },
  {
    name: 'words that nobody sealed',
    as: 'member',
    answer: 'cut',
    because: 'there is no seal',
    run: (scene) => sayOnce(scene, (link) => link.socket.send(Buffer.from(word))),
  },
];
