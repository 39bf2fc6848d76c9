import type { PeerMember } from '../api.js';
import type { Emitter } from '../events/emitter.js';
import { memberKeys } from './member-keys.js';
import { type KeyId, shortKeyId } from './network-key.js';
import type { NetworkKeys } from './network-keys.js';

/** Warns when a live member dials with a key that is not here: without it we shall be shut out. */
export function warnOfStrangeKeys(emitter: Emitter, keys: NetworkKeys): void {
  let warned: KeyId | undefined;
  const look = ({ member }: { readonly member: PeerMember }): void => {
    const [key] = memberKeys(member);
    if (key === undefined || member.self || member.state !== 'alive') return;
    if (key === warned || keys.ids.includes(key) || keys.wasRemoved(key)) return;
    warned = key;
    const what = `${member.label} dials with key ${shortKeyId(key)}, which is not here`;
    const message = `${what}: ask a member for a new invite before the old key is removed`;
    emitter.emit('warning', { code: 'key-missing', message });
  };
  emitter.on('member', look);
  emitter.on('meta', look);
}
