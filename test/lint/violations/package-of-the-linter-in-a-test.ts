// place: test/unit/bus
// expect: 'eslint' enters only through test/lint
import { ESLint } from 'eslint';
export const lint: unknown = ESLint;
