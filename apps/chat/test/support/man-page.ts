import { lineText } from '@hearsay/terminal';
import type { Command } from 'commander';
import { helpView } from '../../src/screen/view/help-view.js';
import { UNICODE_GLYPHS } from '../../src/text/look.js';
import { helpRows } from '../../src/view/help.js';
import { Rig } from '../screen/support.js';

const DESCRIPTION = `Peers that chat over WebSockets with no server: each listens and dials others. Peers of
one machine find each other; others are let in by an invite. Without a subcommand it chats: on the whole
screen of a terminal, as lines of text in a pipe, or as JSON.`;

const FILES: readonly (readonly [string, string])[] = [
  ['$XDG_STATE_HOME/hearsay', 'networks with their keys, profiles, messages; else ~/.local/state'],
  ['$XDG_CONFIG_HOME/hearsay/config.json', 'what you prefer; else below ~/.config'],
  ['$XDG_RUNTIME_DIR/hearsay', 'where peers of this machine find each other'],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['NO_COLOR', 'no colours, when it is not empty; FORCE_COLOR turns them on'],
  ['TERM', 'dumb chooses --simple'],
  ['LANG, LC_ALL, LC_CTYPE', 'a locale that is not UTF-8 chooses --ascii'],
  ['HEARSAY_HTTP_TOKEN', 'as --http-token, which ps does not show'],
  ['HEARSAY_DEBUG', 'when it is not empty, faults are told with where they are in the program'],
];

/** `hearsay.1`: everything in it about commands and options is what `--help` says. */
export function manPage(program: Command): string {
  const name = program.name();
  const lines = [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${program.version() ?? ''}" "User Commands"`,
    '.SH NAME',
    `${name} \\- ${escaped(lowered(program.description()))}`,
    '.SH SYNOPSIS',
    `.B ${name}`,
    escaped(program.usage()),
    '.SH DESCRIPTION',
    escaped(DESCRIPTION.replaceAll('\n', ' ')),
    '.SH ARGUMENTS AND OPTIONS',
    ...termsOf(program),
    ...keys(),
    '.SH CHAT COMMANDS',
    ...verbatim(helpRows(undefined).join('\n')),
    ...program.commands.flatMap((command) => commandLines(command, name)),
    '.SH FILES',
    ...FILES.flatMap(([term, words]) => tagged(term, words)),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([term, words]) => tagged(term, words)),
    '.SH EXAMPLES AND EXIT STATUS',
    ...verbatim(afterHelp(program)),
  ];
  return `${lines.join('\n')}\n`;
}

function keys(): string[] {
  const { state } = new Rig();
  const size = { columns: 110, rows: 60 };
  const rows = helpView({ ...state, size, glyphs: UNICODE_GLYPHS }, 0).lines.map(lineText);
  const all = rows.slice(1).map((row) => row.trimEnd());
  return ['.SH KEYS', ...verbatim(all.slice(0, all.indexOf('')).join('\n'))];
}

function commandLines(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  const after = afterHelp(command);
  return [
    `.SH ${name.toUpperCase()}`,
    `.B ${escaped(name)}`,
    escaped(command.usage()),
    '.PP',
    escaped(command.description()),
    ...termsOf(command),
    ...(after === '' ? [] : verbatim(after)),
    ...command.commands.flatMap((each) => commandLines(each, name)),
  ];
}

function termsOf(command: Command): string[] {
  const help = command.createHelp();
  return [
    ...help
      .visibleArguments(command)
      .flatMap((each) => tagged(help.argumentTerm(each), help.argumentDescription(each))),
    ...help
      .visibleOptions(command)
      .flatMap((each) => tagged(help.optionTerm(each), help.optionDescription(each))),
  ];
}

function tagged(term: string, words: string): string[] {
  return ['.TP', `.B ${escaped(term)}`, escaped(words)];
}

/** What help says after the options: examples and exit codes. */
function afterHelp(command: Command): string {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: write, getOutHasColors: () => false });
  command.outputHelp();
  command.configureOutput(before);
  return text.slice(command.helpInformation().length).trim();
}

function verbatim(text: string): string[] {
  return ['.PP', '.nf', ...text.split('\n').map(escaped), '.fi'];
}

/** For roff: a backslash, a minus, and what begins a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&');
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
