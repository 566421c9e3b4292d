/**
 * Runs in Node's own thread for module resolution, once the loader has registered it. It knows two more addresses:
 *
 *   meltica/plugin                              our own door, for plugins that live where Node finds no package `meltica`
 *   meltica-from:<file URL>#<package>#<query>   a package as a file at that URL would find it, by its `exports` and conditions
 *
 * A module that was loaded with the mark hands it on to the files it imports: those that failed without this hook are remembered
 * by Node as failed, and under another address they are new.
 */
let door = '';

export function initialize(data: { readonly door: string }): void {
  door = data.door;
}

export async function resolve(specifier: string, context: ResolveContext, next: NextResolve): Promise<Resolved> {
  if (specifier === 'meltica/plugin') return { url: door, shortCircuit: true };
  if (specifier.startsWith(FROM)) {
    const [parentURL, name, query] = specifier.slice(FROM.length).split('#');
    const found = await next(name!, { ...context, parentURL: parentURL! });
    return { ...found, url: `${found.url}?${query!}` };
  }
  const found = await next(specifier, context);
  const isMarked = context.parentURL?.includes(MARK) === true && specifier.startsWith('.') && !found.url.includes('?');
  return isMarked ? { ...found, url: `${found.url}?${MARK}` } : found;
}

export const FROM = 'meltica-from:';
export const MARK = 'meltica-door';

/** The parts of Node's own types that matter here. */
interface ResolveContext {
  readonly parentURL?: string;
}

interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}

type NextResolve = (specifier: string, context: ResolveContext) => Promise<Resolved>;
