// place: internal/providers/session
// expect: 'undici' enters only through lib/http
import { Pool } from 'undici';
export const pool: unknown = Pool;
