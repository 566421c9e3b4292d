// place: internal/dispatcher
// expect: dynamic import only in the plugin loader, internal/consumers/loader.ts
export const load = async (address: string): Promise<unknown> => import(address);
