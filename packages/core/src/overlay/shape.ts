import type { Config } from '../config.js';

/**
 * To whom a peer is linked. `full`: everybody. `capped`: some, while it still knows everybody.
 * `partial`: a few neighbours, and contacts in reserve.
 */
export type Shape = 'full' | 'capped' | 'partial';

type ShapeConfig = Pick<Config, 'fullMeshUpTo' | 'cappedUpTo' | 'tableUpTo' | 'shapeSlackPercent'>;

/**
 * The shape of a mesh by its size. A mesh changes its shape upwards at once and downwards only when
 * it is smaller by a margin: at a boundary it would else change with every member that comes and goes.
 * @param members known and not given up, ourselves included
 */
export function shapeOf(members: number, current: Shape, config: ShapeConfig): Shape {
  const { fullMeshUpTo, cappedUpTo } = config;
  const cappedMax = current === 'partial' ? lowered(cappedUpTo, config) : cappedUpTo;
  const fullMax = current === 'full' ? fullMeshUpTo : lowered(fullMeshUpTo, config);
  if (members > cappedMax) return 'partial';
  return members > fullMax ? 'capped' : 'full';
}

/**
 * Whether a mesh is too large for a row of every member, with the same margin on the way down.
 * @param current what was the case until now
 */
export function isBeyondTable(members: number, current: boolean, config: ShapeConfig): boolean {
  return members > (current ? lowered(config.tableUpTo, config) : config.tableUpTo);
}

function lowered(bound: number, { shapeSlackPercent }: ShapeConfig): number {
  return Math.floor((bound * (100 - shapeSlackPercent)) / 100);
}
