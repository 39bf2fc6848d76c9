import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RequestError } from '../scenario/fields.js';
import { scenarioOf } from '../scenario/run-spec.js';
import type { Scenario } from '../scenario/scenario.js';
import { SCENARIOS } from '../scenario/scenarios.js';
import { readSpec, type Spec } from '../scenario/spec.js';

const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url));

/** A scenario, and what stands in its file if it has one. */
export interface Found {
  readonly scenario: Scenario;
  readonly spec?: Spec;
  /** As given. */
  readonly file: string;
}

/**
 * A script by name, one of the files that come with the simulator by name, or any file.
 * @throws RequestError
 */
export function findScenario(wanted: string): Found {
  const script = SCENARIOS.find(({ name }) => name === wanted);
  if (script !== undefined) return { scenario: script, file: wanted };
  const own = path.join(folder, `${wanted}.json`);
  const file = existsSync(own) ? own : wanted;
  if (!existsSync(file)) {
    throw new RequestError(
      `no scenario and no file is called ${wanted}; \`npm run sim -- list\` names all`,
    );
  }
  const spec = readSpec(path.basename(file), readFileSync(file, 'utf8'));
  return { scenario: scenarioOf(spec, wanted), spec, file: wanted };
}

/** Every scenario that has a name. */
export function listScenarios(): readonly Scenario[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return [
    ...SCENARIOS,
    ...names.map((name) => findScenario(path.basename(name, '.json')).scenario),
  ];
}
