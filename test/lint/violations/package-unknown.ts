// place: internal/dispatcher
// expect: this package is not on the allow-list
import leftPad from 'left-pad';
export const pad: unknown = leftPad;
