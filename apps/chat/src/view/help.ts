import { padEnd } from '@hearsay/terminal';
import { COMMANDS, type CommandSpec, findCommand } from '../input/commands.js';

/** `/help`, or `/help NAME`. */
export function helpRows(name: string | undefined): string[] {
  if (name === undefined) {
    const columns = Math.max(...COMMANDS.map(({ usage }) => usage.length));
    return [
      ...COMMANDS.map(({ usage, summary }) => `${padEnd(usage, columns)}  ${summary}`),
      'Ctrl-C clears the line, then asks again to leave; Ctrl-D on an empty line leaves; Tab completes.',
    ];
  }
  const spec = findCommand(name);
  return spec === undefined ? [`no command /${name}; /help lists all`] : specRows(spec);
}

function specRows({ usage, summary, aliases, details }: CommandSpec): string[] {
  const rows = [usage, `  ${summary}`];
  if (details !== undefined) rows.push(`  ${details}`);
  if (aliases.length > 0) rows.push(`  also: ${aliases.map((alias) => `/${alias}`).join(', ')}`);
  return rows;
}
