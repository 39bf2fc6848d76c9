import type { Chart } from '../plot/line-chart.js';
import { createSimulation, type Simulation } from '../simulation.js';

/** What a run of a scenario is asked for. */
export interface ScenarioOptions {
  readonly seed: string;
  readonly nodes: number;
  /** Of virtual time; undefined: as long as the scenario says. Scripts with an end of their own ignore it. */
  readonly hours: number | undefined;
}

/** One line of the outcome. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | '' | 'B/s';
}

export interface ScenarioResult {
  readonly measures: readonly Measure[];
  readonly simulatedMs: number;
  readonly steps: number;
  readonly hash: string;
  /** For a plot, if the scenario takes samples. */
  readonly charts?: readonly Chart[];
}

/** Something to do to a mesh, with times to report. A broken promise is thrown. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly nodes: number;
  run(options: ScenarioOptions): ScenarioResult;
}

/** A scenario that is a script on one simulation of a mesh that has formed. */
export function scripted(
  name: string,
  summary: string,
  nodes: number,
  script: (sim: Simulation, options: ScenarioOptions) => readonly Measure[],
): Scenario {
  return {
    name,
    summary,
    nodes,
    run(options) {
      const { seed, nodes: count, hours } = options;
      const replay = `npm run sim -- run ${name} --seed ${seed} --nodes ${count}${hours === undefined ? '' : ` --hours ${hours}`}`;
      const sim = createSimulation({ seed, scenario: name, replay });
      sim.start(count);
      const joinedMs = sim.converge(FORM_BOUND_MS);
      const measures = script(sim, options);
      return {
        measures: [milliseconds('mesh complete after the start', joinedMs), ...measures],
        simulatedMs: sim.nowMs,
        steps: sim.timeline.steps,
        hash: sim.hash(),
      };
    },
  };
}

export function milliseconds(what: string, ms: number): Measure {
  return { what, value: ms, unit: 'ms' };
}

export function count(what: string, value: number): Measure {
  return { what, value, unit: '' };
}

const FORM_BOUND_MS = 30_000;
