// place: internal/dispatcher
// expect: Unable to resolve path to module 'left-pad'
import leftPad from 'left-pad';
export const pad: unknown = leftPad;
