// place: test/unit/bus
// expect: this package is not on the allow-list
import chai from 'chai';
export const expect: unknown = chai;
