// place: internal/dispatcher
// expect: 'semver' should be listed in the project's dependencies
import semver from 'semver';
export const order: unknown = semver;
