import type { PeerId } from '../ids.js';
import type { Address, DialFailure } from '../input.js';
import type { MemberState } from '../membership/member.js';
import type { Member } from '../membership/members.js';
import type { ViewFrame } from '../wire/views.js';
import type { OpenLink } from './links.js';

/**
 * Decides to whom links are held. The full mesh wants everybody; partial views (HyParView) and
 * capped meshes are other answers to the same questions, and nobody else needs to know which.
 */
export interface Overlay {
  /** The user named an address: keep dialling it. */
  join(address: Address): void;
  /** Discovery heard of an address. */
  discovered(address: Address, peer: PeerId | undefined): void;
  memberEntered(member: Member, was: MemberState | undefined): void;
  /** A member has no row any more. */
  memberDropped(peer: PeerId): void;
  dialFailed(address: Address, failure: DialFailure, detail: string): void;
  /** A dialled link led to this peer. */
  linkUp(peer: PeerId, dialled: Address | undefined): void;
  /** A dialled link was refused or closed before it was open. */
  linkRefused(dialled: Address, code: number, reason: string): void;
  /** An open link is gone; `code` says whether it broke without a word or was closed on purpose. */
  linkDown(peer: PeerId, code: number): void;
  /** A neighbour says something about whom it is linked to. */
  heard(link: OpenLink, frame: ViewFrame): void;
  /** Whether a dial to an address of this peer is under way. */
  dials(peer: PeerId): boolean;
  /** Dials what is due. Called after every step, however little there is to do. */
  pump(): void;
  /** No more dials. */
  stop(): void;
}
