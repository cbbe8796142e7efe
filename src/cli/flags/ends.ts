/**
 * The flags of `slung select` and `slung run` that read and write more than files in their order: what is followed,
 * listened to, and where else records go. With one of them, or with a URL, the line is run as a topology
 * (cli/topology/line.ts). flags.ts explains the columns of the table.
 *
 * The surprising part: the token of --listen may come from the environment, unlike what grants rights. It takes some
 * away.
 */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['select', 'run'];

export const endFlags: readonly Flag[] = [
  {
    key: 'follow',
    long: 'follow',
    short: 'F',
    type: 'switch',
    default: 'false',
    group: 'Input',
    doc: 'Keep reading what is appended to the files',
    longDoc: `Read the files to their ends and keep reading what is appended to them, until a signal ends the run. A file that is rotated, emptied or replaced is followed by name, and each such change is reported. FILE may be a quoted pattern with * and ?: then files that appear later are read, too. A file that does not exist yet is awaited. Lines of different files never mix; a compressed file is read to its end.

The output of -o FILE is appended to FILE, because the run has no end at which a new file could take its name. slung count shows the table of what it has counted so far, several times a second, when standard output is a terminal and the format is a table; in any case the answer is output once, when a signal ends the run.`,
    common: ['select'],
    commands: [...commands, 'count'],
  },
  {
    key: 'positions',
    long: 'positions',
    type: 'file',
    value: 'DIR',
    group: 'Input',
    doc: 'Keep in DIR how far files were read, and resume there',
    longDoc:
      'Record in the directory DIR, which is created if needed, how far each file has been read and its records have arrived; the next run with the same DIR resumes there, and finds files that were renamed. After a crash, the last 100 ms may be repeated, and nothing is lost. One run at a time can use DIR. Without --follow, each run reads what was added since the last one.',
    commands,
  },
  {
    key: 'listen',
    long: 'listen',
    type: 'text',
    value: 'URL',
    group: 'Input',
    doc: 'Take records from others at URL: http, tcp, unix or ws',
    longDoc: `Instead of reading files, listen and take what others send: at http://HOST:PORT/PATH the bodies of POST requests, each answered when its records have arrived; at tcp://HOST:PORT and unix:PATH lines; at ws://HOST:PORT WebSocket connections, with JSON objects, one a line, or with binary frames of Slung. What is sent may be any records, one a line. Port 0 takes a free port, which is reported. The run ends with a signal.

Prefer 127.0.0.1 as HOST: others can reach any other address, and what they send is not encrypted.`,
    commands,
  },
  {
    key: 'listenToken',
    long: 'listen-token',
    type: 'text',
    value: 'TOKEN',
    env: 'SLUNG_LISTEN_TOKEN',
    group: 'Input',
    doc: 'What producers have to show; @FILE reads it from FILE',
    longDoc:
      'Refuse producers over http and ws that do not show TOKEN, as the header Authorization: Bearer TOKEN or, for web pages, as ?token=TOKEN in the URL. @FILE takes the first line of FILE. A token on the command line can be seen by other users of the machine; in a file or in the environment it cannot.',
    commands,
  },
  {
    key: 'listenOrigin',
    long: 'listen-origin',
    type: 'list',
    value: 'ORIGIN',
    group: 'Input',
    doc: 'Let web pages of ORIGIN connect',
    longDoc:
      'Let web pages of ORIGIN connect over ws, such as https://app.example; * lets every page connect. May be given more than once. Without it, pages of this machine and of the address of --listen may connect. Programs other than browsers send no origin and need none.',
    commands,
  },
  {
    key: 'tee',
    long: 'tee',
    type: 'list',
    value: '[EXPR -> ]URL',
    group: 'Output',
    doc: 'Output to URL, too; may be repeated',
    longDoc:
      'Output the records to URL as well, or those of them for which EXPR holds: --tee all.ndjson, --tee \'level == "error" -> http://pager.example/v1/events\'. URL is as for --output. It gets whole records as ndjson, whatever --to and --fields say. May be given more than once.',
    commands,
  },
  {
    key: 'route',
    long: 'route',
    type: 'list',
    value: 'EXPR -> URL',
    group: 'Output',
    doc: 'Output records for which EXPR holds to URL instead',
    longDoc:
      'Output the records for which EXPR holds to URL, and nowhere else except to those of --tee. May be given more than once: a record takes the first that matches, in the order of the command line, and goes to -o or standard output when none does. EXPR is a selector as for --where, up to the last " -> " outside of quotes; URL is as for --output.',
    commands,
  },
];
