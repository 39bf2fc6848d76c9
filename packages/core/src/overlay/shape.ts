import type { Config } from '../config.js';

/**
 * To whom a peer is linked. `full`: everybody. `capped`: some, while it still knows everybody.
 * `partial`: a few neighbours, and contacts in reserve.
 */
export type Shape = 'full' | 'capped' | 'partial';

type ShapeConfig = Pick<Config, 'fullMeshUpTo' | 'cappedUpTo' | 'shapeSlackPercent'>;

/**
 * The shape of a mesh by its size. A mesh changes its shape upwards at once and downwards only when
 * it is smaller by a margin: at a boundary it would else change with every member that comes and goes.
 * @param members known and not given up, ourselves included
 */
export function shapeOf(members: number, current: Shape, config: ShapeConfig): Shape {
  const { fullMeshUpTo, cappedUpTo, shapeSlackPercent } = config;
  const lower = (bound: number): number => Math.floor((bound * (100 - shapeSlackPercent)) / 100);
  const cappedMax = current === 'partial' ? lower(cappedUpTo) : cappedUpTo;
  const fullMax = current === 'full' ? fullMeshUpTo : lower(fullMeshUpTo);
  if (members > cappedMax) return 'partial';
  return members > fullMax ? 'capped' : 'full';
}
