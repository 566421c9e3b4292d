// place: internal/consumers/loader.ts
// expect: dynamic import only in the plugin loader, internal/consumers/loader.ts
export const load = async (): Promise<unknown> => import('json5');
