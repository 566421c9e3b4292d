/**
 * The native addon `simdjson` of npm, where somebody has installed it: it is no dependency of ours, because it is compiled
 * on installation. Null where it is not there.
 */
export async function loadAddon(): Promise<((text: string) => unknown) | null> {
  try {
    const addon = (await import(ADDON)) as { readonly default: { readonly parse: (text: string) => unknown } };
    return addon.default.parse;
  } catch {
    return null;
  }
}

const ADDON = 'simdjson';
