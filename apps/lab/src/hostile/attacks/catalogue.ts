import type { Attack } from '../attacker/attack.js';
import { announcerAttacks } from './announcers.js';
import { floodAttacks } from './floods.js';
import { lieAttacks } from './lies.js';
import { malformedAttacks } from './malformed.js';
import { outsideAttacks } from './outside.js';
import { sealedAttacks } from './sealed.js';
import { strangerAttacks } from './strangers.js';

/** Everything that the hostile peer does, in order. */
export const attacks: readonly Attack[] = [
  ...strangerAttacks,
  ...outsideAttacks,
  ...malformedAttacks,
  ...sealedAttacks,
  ...lieAttacks,
  ...announcerAttacks,
  ...floodAttacks,
];
