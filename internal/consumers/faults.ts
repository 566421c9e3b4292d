import { fileURLToPath } from 'node:url';

/**
 * Whose code threw what nobody caught: the consumer whose plugin is in the stack, or null when none is.
 *
 *   at Timeout.tick (file:///plugins/mine.mjs?consumer=tape:12:3)   the plugin's own module: its address names the consumer
 *   at async poll (file:///plugins/parts/feed.mjs:4:9)              a file it imports: it lies in the plugin's folder
 *
 * A fault whose stack shows no file of a plugin stays nobody's: a rejection with something that is no Error, an 'error' event of a
 * socket, anything inside node_modules. Where only a file that two consumers share is in the stack, the nearest folder counts, and
 * of consumers in the same folder the first.
 */
export function consumerOfFault(thrown: unknown, homes: readonly PluginHome[]): string | null {
  const places = placesOf(thrown).map(readPlace);
  const named = places.find(({ consumer }) => homes.some(({ id }) => id === consumer));
  if (named !== undefined) return named.consumer;
  const around = homes.filter(({ folder }) => places.some(({ file }) => isPluginFile(file, folder)));
  return around.sort((a, b) => b.folder.length - a.folder.length)[0]?.id ?? null;
}

export interface PluginHome {
  /** Of the consumer. */
  readonly id: string;
  /** Where the plugin's file lies, without symbolic links; '' for a built-in and where nobody knows. */
  readonly folder: string;
}

/** Our own folders: `internal` and its neighbours, as sources or in dist. A plugin may well lie beside them. */
const ownRoot = fileURLToPath(new URL('../../', import.meta.url));
const ownFolders: readonly string[] = ['internal', 'lib', 'schemas', 'cmd'].map((name) => `${ownRoot}${name}/`);

function isPluginFile(file: string, folder: string): boolean {
  if (folder === '' || !file.startsWith(`${folder}/`)) return false;
  return !file.slice(folder.length).includes('/node_modules/') && !ownFolders.some((own) => file.startsWith(own));
}

interface Place {
  readonly file: string;
  /** '' where the address names none. */
  readonly consumer: string;
}

/** The files in the stack, the innermost first. Looking at what was thrown may throw again. */
function placesOf(thrown: unknown): string[] {
  try {
    if (!(thrown instanceof Error) || typeof thrown.stack !== 'string') return [];
    const { stack, message } = thrown;
    // Behind the message: text from outside in it could look like a frame.
    const frames = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
    return [...frames.matchAll(/^ +at (?:async |.*\()?((?:file:\/\/)?\/[^()]*):\d+:\d+\)?$/gm)].map((match) => match[1]!);
  } catch {
    return [];
  }
}

function readPlace(place: string): Place {
  if (!place.startsWith('file:')) return { file: place, consumer: '' };
  try {
    const url = new URL(place);
    return { file: fileURLToPath(url), consumer: url.searchParams.get('consumer') ?? '' };
  } catch {
    return { file: '', consumer: '' };
  }
}
