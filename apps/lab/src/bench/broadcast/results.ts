import { median } from '../../stats.js';
import type { Measurement } from './measure.js';

/** One cell of the bench, one time. */
export interface Cell {
  readonly system: string;
  readonly size: number;
  readonly repeat: number;
  readonly measurement: Measurement;
}

export type Figure = Exclude<keyof Measurement, 'details'>;

/** What all repeats of all systems gave. */
export class Results {
  readonly cells: Cell[] = [];
  /** Cells that could not be measured, and why. */
  readonly failures: string[] = [];

  add(cell: Cell): void {
    this.cells.push(cell);
  }

  of(system: string, size: number): readonly Measurement[] {
    return this.cells
      .filter((cell) => cell.system === system && cell.size === size)
      .map(({ measurement }) => measurement);
  }

  median(system: string, size: number, figure: Figure): number {
    return median(this.of(system, size).map((measurement) => measurement[figure]));
  }

  /** The median of the ratios of two systems, each taken within one repeat: the machine drifts. */
  ratio(system: string, other: string, size: number, figure: Figure): number {
    const ratios = this.cells
      .filter((cell) => cell.system === system && cell.size === size)
      .flatMap(({ repeat, measurement }) => {
        const pair = this.cells.find(
          (cell) => cell.system === other && cell.size === size && cell.repeat === repeat,
        );
        return pair === undefined ? [] : [measurement[figure] / pair.measurement[figure]];
      });
    return median(ratios);
  }
}
