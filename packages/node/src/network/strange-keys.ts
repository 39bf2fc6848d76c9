import type { PeerMember } from '../api.js';
import type { Emitter } from '../events/emitter.js';
import { memberKeys } from './member-keys.js';
import { type KeyId, shortKeyId } from './network-key.js';
import type { NetworkKeys } from './network-keys.js';

/** A key that was handed to us while we were away comes with the messages we missed. */
const PATIENCE_MS = 3_000;

/**
 * Warns when a live member dials with a key that is not here, and does not come: without it we shall
 * be shut out.
 * @returns what ends it
 */
export function warnOfStrangeKeys(emitter: Emitter, keys: NetworkKeys): () => void {
  let timer: NodeJS.Timeout | undefined;
  const isHere = (key: KeyId): boolean => keys.ids.includes(key) || keys.wasRemoved(key);
  const look = ({ member }: { readonly member: PeerMember }): void => {
    const [key] = memberKeys(member);
    if (key === undefined || member.self || member.state !== 'alive' || isHere(key)) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!isHere(key)) warn(key, member.label);
    }, PATIENCE_MS);
  };
  const warn = (key: KeyId, label: string): void => {
    const what = `${label} dials with key ${shortKeyId(key)}, which is not here`;
    const message = `${what}: ask a member for a new invite before the old key is removed`;
    emitter.emit('warning', { code: 'key-missing', message });
  };
  const stops = [emitter.on('member', look), emitter.on('meta', look)];
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
  };
}
