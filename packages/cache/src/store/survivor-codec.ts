import type { Reader, Writer } from '@hearsay/core/wire';
import { type CacheLimits, DEFAULT_CACHE_LIMITS } from '../limits.js';
import {
  malformed,
  readBinary,
  readDeadline,
  readKey,
  StreamReader,
  StreamWriter,
  writeBinary,
  writeDeadline,
} from '../values/fields.js';
import type { StreamMemory } from '../values/stream-memory.js';
import {
  readDeadlineWrite,
  readVersion,
  writeDeadlineWrite,
  writeVersion,
} from '../values/version-fields.js';
import { COMPOSITE_TAGS, readComposite, writeComposite } from './composite-codec.js';
import type { RegisterContent, RegisterSurvivor, Survivor } from './survivor.js';

/** The first byte: what is held of a register. */
const TAGS: Readonly<Record<RegisterContent['kind'], number>> = {
  nothing: 1,
  value: 2,
  deleted: 3,
  lost: 4,
};

/**
 * `tag key`, the version and deadline of the write, its value, then the later deadline if there is one; see `writeComposite` for other types.
 * A survivor may be larger than a frame; whoever carries it cuts its bytes.
 * @param memory of those that were written before; the bytes are the same without
 */
export function writeSurvivor(writer: Writer, survivor: Survivor, memory?: StreamMemory): void {
  if (survivor.kind === 'composite') return writeComposite(writer, survivor);
  const { content, version } = survivor;
  const streams = new StreamWriter(writer, memory);
  writer.u8(TAGS[content.kind]).text(survivor.key);
  if (version !== undefined) writeVersion(writer, streams, version);
  if (content.kind === 'value') writeBinary(writer, content.value);
  if (content.kind === 'value' || content.kind === 'lost') {
    writeDeadline(writer, survivor.deadlineMs);
  }
  writeDeadlineWrite(writer, streams, survivor.deadlineWrite);
}

/**
 * The mirror of `writeSurvivor`: what it returns is written as the same bytes again.
 * @throws HearsayError `malformed`
 */
export function readSurvivor(
  reader: Reader,
  memory?: StreamMemory,
  limits: CacheLimits = DEFAULT_CACHE_LIMITS,
): Survivor {
  const tag = reader.u8();
  const key = readKey(reader, limits.keyBytesMax);
  const type = COMPOSITE_TAGS[tag];
  if (type !== undefined) return readComposite(reader, type, key, limits);
  return readRegister(reader, tag, key, { limits, memory });
}

function readRegister(
  reader: Reader,
  tag: number,
  key: string,
  { limits, memory }: { readonly limits: CacheLimits; readonly memory: StreamMemory | undefined },
): RegisterSurvivor {
  const streams = new StreamReader(reader, memory);
  if (tag === TAGS.nothing) {
    const deadlineWrite = readDeadlineWrite(reader, streams);
    if (deadlineWrite === undefined) throw malformed('a survivor holds nothing');
    const content = { kind: 'nothing' } as const;
    return {
      kind: 'register',
      key,
      version: undefined,
      content,
      deadlineMs: undefined,
      deadlineWrite,
    };
  }
  const version = readVersion(reader, streams);
  const content = readContent(reader, tag, limits);
  const deadlineMs = content.kind === 'deleted' ? undefined : readDeadline(reader);
  const deadlineWrite = readDeadlineWrite(reader, streams);
  return { kind: 'register', key, version, content, deadlineMs, deadlineWrite };
}

function readContent(reader: Reader, tag: number, limits: CacheLimits): RegisterContent {
  switch (tag) {
    case TAGS.value:
      return { kind: 'value', value: readBinary(reader, limits.valueBytesMax) };
    case TAGS.deleted:
      return { kind: 'deleted' };
    case TAGS.lost:
      return { kind: 'lost' };
    default:
      throw malformed(`a survivor of kind ${tag} is not known`);
  }
}
