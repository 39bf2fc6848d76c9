import { ServiceError } from '../errors.js';
import {
  METADATA_PAIRS_MAX,
  METADATA_TEXT_BYTES_MAX,
  NAME_BYTES_MAX,
  RECORD_BYTES_MAX,
  SERVICES_PER_PROVIDER_MAX,
} from '../limits.js';
import { type ServiceEntry, WEIGHT_MAX } from '../registry/record.js';
import { guarded } from './guarded.js';
import type { DefinitionOptions } from './types.js';

/** A definition with its options checked. */
export interface DefinitionParts {
  readonly entry: ServiceEntry;
  readonly concurrency: number;
  readonly queuePerCaller: number;
  readonly ready: () => string | undefined;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const DEFAULT_CONCURRENCY = 64;
const DEFAULT_QUEUE = 64;
const AT_ONCE_MAX = 10_000;

/** @throws ServiceError `bad-name`, `bad-option` */
export function readDefinition(
  name: string,
  stream: boolean,
  options: DefinitionOptions,
  others: readonly DefinitionParts[],
): DefinitionParts {
  if (!NAME.test(name) || name.length > NAME_BYTES_MAX) {
    const rule = `1 to ${NAME_BYTES_MAX} letters, digits and . _ -`;
    throw new ServiceError('bad-name', `not a name of a service: ${JSON.stringify(name)}; ${rule}`);
  }
  const { version = '1', weight = 1, metadata = {} } = options;
  const ready = guarded(options.ready);
  const { concurrency = DEFAULT_CONCURRENCY, queuePerCaller = DEFAULT_QUEUE } = options;
  const pairs = Object.entries(metadata);
  check(
    others.length < SERVICES_PER_PROVIDER_MAX,
    `over ${SERVICES_PER_PROVIDER_MAX} services here`,
  );
  check(Buffer.byteLength(version) <= NAME_BYTES_MAX, `version over ${NAME_BYTES_MAX} bytes`);
  check(isWhole(weight, 1, WEIGHT_MAX), `weight ${weight}: 1 to ${WEIGHT_MAX}`);
  check(isWhole(concurrency, 1, AT_ONCE_MAX), `concurrency ${concurrency}: 1 to ${AT_ONCE_MAX}`);
  check(isWhole(queuePerCaller, 0, AT_ONCE_MAX), `queuePerCaller: 0 to ${AT_ONCE_MAX}`);
  check(pairs.length <= METADATA_PAIRS_MAX, `over ${METADATA_PAIRS_MAX} pairs of metadata`);
  const isShort = pairs.flat().every((text) => Buffer.byteLength(text) <= METADATA_TEXT_BYTES_MAX);
  check(isShort, `metadata over ${METADATA_TEXT_BYTES_MAX} bytes`);
  const status = ready() === undefined ? 'ready' : 'unready';
  const entry: ServiceEntry = { name, version, status, stream, weight, metadata: pairs };
  const bytes = others.reduce((sum, each) => sum + bytesOf(each.entry), bytesOf(entry));
  check(
    bytes <= ENTRIES_BYTES_MAX,
    `all services here need ${bytes} bytes of ${ENTRIES_BYTES_MAX}`,
  );
  return { entry, concurrency, queuePerCaller, ready };
}

/** What an announcement has beside services: its signature, and breakers with two names each. */
const OTHER_BYTES = 8 * 1_024;
const ENTRIES_BYTES_MAX = RECORD_BYTES_MAX - OTHER_BYTES;

/** Not less than an entry takes in an announcement. */
function bytesOf({ name, version, metadata }: ServiceEntry): number {
  const LENGTHS_BYTES = 3;
  return [name, version, '', ...metadata.flat()].reduce(
    (sum, text) => sum + LENGTHS_BYTES + Buffer.byteLength(text),
    0,
  );
}

function check(condition: boolean, problem: string): void {
  if (!condition) throw new ServiceError('bad-option', problem);
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
