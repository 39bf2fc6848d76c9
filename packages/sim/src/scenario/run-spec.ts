import { type Random, sample } from '@hearsay/core';
import type { SimNode } from '../node.js';
import { createSimulation, type Simulation } from '../simulation.js';
import { RequestError } from './fields.js';
import { Recorder } from './recorder.js';
import { count, milliseconds, type Scenario, type ScenarioResult } from './scenario.js';
import type { Fault, Spec, Victims } from './spec.js';

const MS_PER_HOUR = 3_600_000;
const FORM_BOUND_MS = 60_000;
/** Senders speak at times of their own: a wait is this much shorter or longer. */
const SENDERS_JITTER_PERCENT = 50;

/** A scenario that stands in a file. @param file as given, for the line that repeats a run */
export function scenarioOf(spec: Spec, file: string): Scenario {
  return {
    name: spec.name,
    summary: spec.summary,
    nodes: spec.peers,
    run: ({ seed, nodes, hours }) => {
      const durationMs = hours === undefined ? spec.durationMs : hours * MS_PER_HOUR;
      return new SpecRun({ ...spec, peers: nodes, durationMs, seed }, file).run();
    },
  };
}

/** One run: the mesh forms, everything happens, all is mended, and all must agree. */
class SpecRun {
  readonly #spec: Spec;
  readonly #sim: Simulation;
  readonly #recorder = new Recorder();
  readonly #random: Random;
  #endMs = 0;

  constructor(spec: Spec, file: string) {
    this.#spec = spec;
    const { name, seed, network, peers, durationMs } = spec;
    const hours = durationMs / MS_PER_HOUR;
    this.#sim = createSimulation({
      seed,
      scenario: name,
      replay: `npm run sim -- run ${file} --seed ${seed} --nodes ${peers} --hours ${hours}`,
      network,
      watch: this.#recorder,
    });
    this.#random = this.#sim.random('scenario');
  }

  run(): ScenarioResult {
    const { peers, durationMs, messageFaults, convergeMs, name, seed } = this.#spec;
    const sim = this.#sim;
    sim.start(peers, { staggerMs: 1 });
    const formedMs = sim.converge(FORM_BOUND_MS);
    this.#endMs = sim.nowMs + durationMs;
    this.#recorder.record(sim, this.#endMs + convergeMs);
    sim.setFaults(messageFaults);
    this.#schedule();
    sim.run(durationMs);
    this.#mend();
    const agreedMs = sim.converge(convergeMs);
    const deaths = sim.judge.membership.falseDeaths.length;
    return {
      measures: [
        milliseconds('mesh complete after the start', formedMs),
        ...this.#recorder.measures(),
        count('deaths called', sim.coverage().get('counter:deaths')),
        count('of these, of peers that ran', deaths),
        milliseconds('all agree after everything is mended', agreedMs),
      ],
      simulatedMs: sim.nowMs,
      steps: sim.timeline.steps,
      hash: sim.hash(),
      charts: this.#recorder.charts(name, `${peers} peers, seed ${seed}`),
    };
  }

  #schedule(): void {
    const { senders, churn, faults } = this.#spec;
    for (const node of this.#sim.nodes.slice(0, senders.peers)) this.#talk(node);
    if (churn !== undefined) this.#churn(churn);
    for (const fault of faults) this.#sim.timeline.afterMs(fault.atMs, () => this.#strike(fault));
  }

  /** Until the end, at times of its own. */
  #talk(node: SimNode): void {
    const { everyMs, bytes } = this.#spec.senders;
    const span = (everyMs * SENDERS_JITTER_PERCENT) / 100;
    const waitMs = everyMs - span + this.#random.below(Math.max(1, Math.round(2 * span)));
    this.#later(waitMs, () => {
      if (node.state === 'running' && node.run?.left === false) node.publish(new Uint8Array(bytes));
      this.#talk(node);
    });
  }

  #churn(churn: NonNullable<Spec['churn']>): void {
    this.#later(churn.everyMs, () => {
      const [victim] = sample(this.#sim.live.slice(1), 1, this.#random);
      if (victim !== undefined) {
        this.#kill(victim);
        this.#later(churn.downMs, () => this.#boot(victim));
      }
      this.#churn(churn);
    });
  }

  #strike(fault: Fault): void {
    const victims = this.#choose(fault.peers);
    for (const victim of victims) this.#harm(victim, fault, victims);
    if (fault.forMs === undefined) return;
    this.#later(fault.forMs, () => {
      for (const victim of victims) this.#undo(victim, fault);
    });
  }

  #harm(victim: SimNode, fault: Fault, victims: readonly SimNode[]): void {
    const sim = this.#sim;
    switch (fault.kind) {
      case 'kill':
        return this.#kill(victim);
      case 'power-off':
        this.#recorder.ending(bytesOut(victim));
        return sim.powerOff(victim);
      case 'freeze':
        return sim.freeze(victim);
      case 'leave':
        return sim.leave(victim);
      case 'stall':
        return this.#stall(victim, fault, sim.nowMs + (fault.forMs ?? Number.POSITIVE_INFINITY));
      case 'cut': {
        const others = sim.nodes.filter((node) => !victims.includes(node));
        return sim.cut([victim], others, fault);
      }
      case 'clock':
        return sim.setClock(victim, fault.offMs);
    }
  }

  #stall(victim: SimNode, fault: Fault & { readonly kind: 'stall' }, untilMs: number): void {
    if (this.#sim.nowMs >= untilMs) return;
    this.#sim.stall(victim, fault.stallMs);
    this.#later(fault.everyMs, () => this.#stall(victim, fault, untilMs));
  }

  #undo(victim: SimNode, { kind }: Fault): void {
    switch (kind) {
      case 'kill':
      case 'power-off':
      case 'leave':
        return this.#boot(victim);
      case 'freeze':
        return this.#sim.resume(victim);
      case 'cut':
        for (const other of this.#sim.nodes) this.#sim.healBetween(victim, other);
        return;
      case 'clock':
        return this.#sim.setClock(victim, 0);
      case 'stall':
        return;
    }
  }

  #kill(victim: SimNode): void {
    this.#recorder.ending(bytesOut(victim));
    this.#sim.kill(victim);
  }

  #boot(node: SimNode): void {
    if (node.run !== undefined) return;
    this.#recorder.started(node.name, this.#sim.nowMs);
    this.#sim.boot(node);
  }

  #mend(): void {
    const sim = this.#sim;
    sim.setFaults({});
    sim.heal();
    for (const node of sim.nodes) {
      sim.setClock(node, 0);
      sim.resume(node);
      this.#boot(node);
    }
  }

  #choose(victims: Victims): SimNode[] {
    if (typeof victims === 'number') return sample(this.#sim.live, victims, this.#random);
    return victims.map((name) => {
      const node = this.#sim.nodes.find((one) => one.name === name);
      if (node !== undefined) return node;
      throw new RequestError(
        `${this.#spec.name}: no peer is called ${name}; there are ${this.#sim.nodes.map((one) => one.name).join(' ')}`,
      );
    });
  }

  #later(afterMs: number, action: () => void): void {
    if (this.#sim.nowMs + afterMs >= this.#endMs) return;
    this.#sim.timeline.afterMs(afterMs, action);
  }
}

function bytesOut({ run }: SimNode): number {
  return run?.engine.counters().bytesOut ?? 0;
}
