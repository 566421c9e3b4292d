'use strict';
/**
 * The rules of the house, as tables. Read the tables; the rest only turns them into ESLint's words.
 *
 *   cmd ──▶ internal ──▶ schemas ──▶ lib        arrows between floors only go down (FLOORS)
 *            └─ rooms meet in internal/ports     rooms do not know one another (ROOMS)
 *   everything foreign comes in by one door      one place per package and per power (PLACES)
 *
 * Every message names the door to take instead. test/lint/violations holds one file per way to break a rule, and
 * test/lint/gate.test.ts proves that each of them fails and that the tree passes.
 */
const fs = require('node:fs');
const path = require('node:path');
const { builtinModules } = require('node:module');

// ── What comes in where ─────────────────────────────────────────────────────────────────────────────────────────────
// A place is a folder (with all below it) or a file. Packages are an allow-list: what no row names is an error
// everywhere, and what a row names is an error everywhere else. A place also has what the places above it have.
const PLACES = {
  'lib/json': { opens: ['json'] },
  'lib/simdjson': { opens: ['json'] },
  'lib/simdjson/build.mjs': { packages: ['assemblyscript/asc'] },
  'lib/clock': { opens: ['time'] },
  'lib/random': { opens: ['random'] },
  'lib/ws': { packages: ['ws'] },
  'lib/http': { packages: ['undici', 'generic-pool'] },
  'lib/log': { packages: ['pino'] },
  'lib/metrics': { packages: ['prom-client'] },
  'lib/config': { packages: ['yaml', 'fastest-validator'] },
  'internal/consumers/loader.ts': { opens: ['load'] },
  'examples': { packages: ['meltica/plugin'] },
  'test': { opens: ['time', 'random'], packages: ['vitest', 'fast-check', 'ajv', 'meltica/plugin'] },
  'bench': { opens: ['time', 'random'], packages: ['vitest', 'fast-check', 'ajv', 'meltica/plugin'] },
  // The bench of the decoder compares with what it replaces.
  'bench/decode/decode.ts': { opens: ['json'] },
  'bench/decode/addon.ts': { opens: ['load'] },
  // The test of a door may compare with what is behind it.
  'test/unit/lib/json': { opens: ['json'] },
  'test/unit/lib/metrics': { packages: ['prom-client'] },
  // What a bench compares with.
  'bench/micro/pool.ts': { packages: ['generic-pool'] },
  'test/lint': { packages: ['eslint'] },
  'test/lint/resolver.cjs': { opens: ['commonjs'] },
  'test/lint/rules': { opens: ['commonjs'] },
  'test/support': { packages: ['vitest/node'] },
  'vitest.config.ts': { packages: ['vitest/config'] },
  '.eslintrc.cjs': { opens: ['commonjs'] },
};

// The powers a place may open, and what everybody else is told.
const SAY = {
  json: 'JSON goes in and out only through lib/simdjson and lib/json',
  ws: 'WebSockets open only through lib/ws',
  time: 'time comes in through lib/clock',
  random: 'randomness comes in through lib/random (seeded)',
  load: 'dynamic import only in the plugin loader, internal/consumers/loader.ts',
  commonjs: 'this goes round the doors in .eslintrc.cjs: use import',
  code: 'code made from text goes round the doors in .eslintrc.cjs: write it as code',
  everything: 'name the global itself: globalThis goes round the doors in .eslintrc.cjs',
  unknown: 'this package is not on the allow-list: packages enter by a door in PLACES of .eslintrc.cjs',
};

// Second JSON and WebSocket libraries are told their door; any other unknown package gets the general answer.
const JSON_PACKAGES = [
  'json5', 'simdjson', 'fast-json-stringify', 'fast-json-parse', 'fast-json-stable-stringify', 'secure-json-parse',
  'fast-safe-stringify', 'safe-stable-stringify', 'json-stringify-safe', 'json-bigint', 'lossless-json', 'jsonparse',
  'JSONStream', 'stream-json', '@streamparser/json', 'big-json', 'yieldable-json', 'comment-json', 'jsonc-parser',
  'flatted', 'devalue', 'superjson',
];
const WS_PACKAGES = [
  'websocket', 'faye-websocket', 'isomorphic-ws', 'reconnecting-websocket', 'partysocket', 'socket.io', 'socket.io-client',
  'sockjs-client', 'uWebSockets.js', '@fastify/websocket', 'websocket-as-promised', 'graphql-ws', 'sockette',
  'nodejs-websocket', 'eventsource',
];

// ── Who may know whom ───────────────────────────────────────────────────────────────────────────────────────────────
const FLOORS = [
  { floor: 'lib', knows: [], why: 'lib knows Node and its packages only, nothing of the product' },
  { floor: 'schemas', knows: ['lib'], why: 'schemas are nouns: they know lib and nothing that moves' },
  { floor: 'internal', knows: ['schemas', 'lib'], why: 'nobody imports an entry point, a test or a bench' },
  {
    floor: 'cmd',
    knows: ['internal/app', 'internal/config', 'internal/sim', 'lib'],
    why: 'an entry point starts the app and holds no logic: it knows internal/app, internal/config and lib',
  },
  { floor: 'examples', knows: [], why: "an example knows only 'meltica/plugin', like the plugin of a stranger" },
];

// Rooms know themselves, internal/ports and internal/telemetry. internal/app knows them all.
const ROOMS = [
  'providers', 'book', 'orchestrator', 'dispatcher', 'bus', 'consumers', 'orders', 'risk', 'positions', 'store', 'control',
  'telemetry', 'config', 'api',
];
const SPECIAL_ROOMS = ['app', 'ports', 'sim'];

/** Where a function that is read from an object gets called or kept. */
const USES = ':matches(CallExpression, VariableDeclarator, AssignmentExpression, ArrowFunctionExpression, ReturnStatement)';

const zones = [
  ...FLOORS.map(({ floor, knows, why }) => ({
    target: `./${floor}`,
    from: '.',
    except: [floor, ...knows, 'node_modules'].map((place) => `./${place}`),
    message: why,
  })),
  { target: './cmd/!(sim)/**/*', from: './internal/sim', message: 'only cmd/sim starts the simulated venues' },
  { target: './internal/ports', from: './internal', except: ['./ports'], message: 'ports are the doors: they know no room' },
  ...ROOMS.map((room) => ({
    target: `./internal/${room}`,
    from: './internal',
    except: [...new Set([room, 'ports', 'telemetry'])].map((known) => `./${known}`),
    message: 'rooms meet through internal/ports; internal/app joins them',
  })),
  {
    target: './internal/sim',
    from: ['./internal/!(sim|ports|telemetry|providers)/**/*', './internal/providers/**/!(dialect).ts'],
    message: "the simulator speaks the venues' dialects (internal/providers/*/dialect.ts) and knows no other room",
  },
  {
    target: `./internal/!(${[...ROOMS, ...SPECIAL_ROOMS].join('|')})/**/*`,
    from: './internal',
    message: 'this room is not in ROOMS of .eslintrc.cjs: enter it there first',
  },
  ...venues().map((venue) => ({
    target: `./internal/providers/${venue}`,
    from: `./internal/providers/!(${venue}|session)/**/*`,
    message: 'a venue knows internal/providers/session and never another venue',
  })),
  {
    target: './internal/providers/session',
    from: './internal/providers/!(session)/**/*',
    message: 'internal/providers/session serves every venue and knows none',
  },
];

function venues() {
  const folder = path.join(__dirname, 'internal/providers');
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && entry.name !== 'session').map((entry) => entry.name).sort();
}

// ── The tables as rules ─────────────────────────────────────────────────────────────────────────────────────────────

/** The rules of one place. An override replaces a rule's whole options, so each place states them all. */
function doors(place) {
  const here = Object.keys(PLACES).filter((name) => place === name || place.startsWith(`${name}/`)).map((name) => PLACES[name]);
  const packages = here.flatMap((row) => row.packages ?? []);
  const powers = here.flatMap((row) => row.opens ?? []);
  /** The given bans, unless this place has the power. */
  const unless = (power, bans) => (powers.includes(power) ? [] : bans.map((ban) => ({ ...ban, message: SAY[power] })));
  const always = (power, bans) => bans.map((ban) => ({ ...ban, message: SAY[power] }));

  return {
    'no-restricted-globals': ['error',
      ...unless('json', [{ name: 'JSON' }]),
      ...always('ws', [{ name: 'WebSocket' }, { name: 'WebSocketStream' }, { name: 'EventSource' }]),
      ...unless('time', [{ name: 'setTimeout' }, { name: 'setInterval' }]),
      ...unless('commonjs', [{ name: 'require' }, { name: 'module' }]),
      ...always('code', [{ name: 'eval' }]),
      ...always('everything', [{ name: 'global' }]),
    ],
    'no-restricted-properties': ['error',
      ...unless('json', [{ property: 'JSON' }]),
      ...always('ws', [{ property: 'WebSocket' }, { property: 'EventSource' }]),
      ...unless('time', [
        { object: 'Date', property: 'now' }, { object: 'performance', property: 'now' },
        { object: 'performance', property: 'timeOrigin' }, { object: 'process', property: 'hrtime' },
        { object: 'AbortSignal', property: 'timeout' },
      ]),
      ...unless('random', [
        { object: 'Math', property: 'random' }, { property: 'randomUUID' }, { property: 'randomBytes' },
        { property: 'randomInt' }, { property: 'getRandomValues' },
      ]),
      ...unless('commonjs', [
        { property: 'createRequire' }, { property: 'getBuiltinModule' }, { object: 'process', property: 'binding' },
        { object: 'process', property: 'dlopen' }, { object: 'process', property: 'mainModule' },
      ]),
    ],
    'no-restricted-syntax': ['error',
      ...unless('json', [
        // Called, or taken out of its response, to be called under another name.
        { selector: `${USES} > MemberExpression[property.name="json"]:not([object.name="fc"])` },
        { selector: `${USES} > MemberExpression[property.value="json"]` },
        { selector: 'MemberExpression[object.property.name="json"][property.name=/^(bind|call|apply)$/]' },
        { selector: 'ObjectPattern > Property:matches([key.name="json"], [key.value="json"])' },
        { selector: 'ImportAttribute[value.value="json"]' },
      ]),
      ...unless('time', [
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]' },
        { selector: 'CallExpression[callee.name="Date"]' },
      ]),
      // The loader may import an address it was given, never a name written into the code.
      ...unless('load', [
        { selector: 'ImportExpression' },
        { selector: 'CallExpression[callee.property.name=/^import(Actual|Mock|Original)$/]' },
      ]),
      ...always('load', [{ selector: 'ImportExpression[source.type=/^(Literal|TemplateLiteral)$/]' }]),
      ...unless('commonjs', [{ selector: 'TSImportEqualsDeclaration > TSExternalModuleReference' }]),
      ...always('code', [
        { selector: ':matches(CallExpression, NewExpression)[callee.name="Function"]' },
        { selector: ':matches(CallExpression, NewExpression)[callee.property.name="constructor"]' },
      ]),
      // globalThis.gc is there only with --expose-gc, so it cannot be named bare.
      ...always('everything', [
        { selector: ':not(MemberExpression[computed=false][property.name="gc"]) > Identifier[name="globalThis"]' },
      ]),
    ],
    'no-restricted-imports': ['error', {
      paths: [
        // The loader may add a resolver, so that a plugin anywhere finds 'meltica/plugin'; createRequire it may not.
        ...unless('commonjs', [powers.includes('load') ? { name: 'node:module', allowImportNames: ['register'] } : { name: 'node:module' }]),
        // A worker is a process of its own with its own globals, and takes code as text.
        ...always('code', [{ name: 'node:vm' }, { name: 'node:worker_threads' }, { name: 'node:cluster' }]),
        ...always('ws', [{ name: 'undici', importNames: ['WebSocket', 'WebSocketStream', 'EventSource', 'default'] }]),
        ...unless('time', [
          { name: 'node:timers' }, { name: 'node:timers/promises' },
          { name: 'node:perf_hooks', importNames: ['performance', 'default'] },
          { name: 'node:process', importNames: ['hrtime'] },
        ]),
        ...unless('random', [{
          name: 'node:crypto',
          importNames: ['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues', 'webcrypto'],
        }]),
        ...unless('commonjs', [{ name: 'node:process', importNames: ['getBuiltinModule', 'binding', 'dlopen', 'mainModule'] }]),
      ],
      patterns: [
        ...known().map((name) => ({
          regex: `^(?!${anyOf(packages)}$)${text(name)}(?:/|$)`,
          message: `'${name}' enters only through ${doorsOf(name).join(', ')}, and never by a deep import`,
        })),
        { regex: `^${anyOf(JSON_PACKAGES)}(?:/|$)`, message: SAY.json },
        { regex: `^${anyOf(WS_PACKAGES)}(?:/|$)`, message: SAY.ws },
        { regex: `^${anyOf(builtinModules)}$`, message: "say 'node:' before the name of a module of Node" },
        {
          regex: `^(?!\\.{1,2}(?:/|$)|node:|${anyOf([...known(), ...JSON_PACKAGES, ...WS_PACKAGES])}(?:/|$)|${anyOf(builtinModules)}$)`,
          message: SAY.unknown,
        },
        { regex: '/node_modules/', message: SAY.unknown },
        { regex: '\\.json5?$', message: `${SAY.json}: read the file and decode it there` },
      ],
    }],
  };
}

/** Every package with a door, without the subpath: 'vitest/node' is vitest. */
function known() {
  return [...new Set(Object.values(PLACES).flatMap((row) => row.packages ?? []).map(packageOf))];
}

function doorsOf(name) {
  return Object.keys(PLACES).filter((place) => (PLACES[place].packages ?? []).some((entry) => packageOf(entry) === name));
}

function packageOf(entry) {
  return entry.split('/').slice(0, entry.startsWith('@') ? 2 : 1).join('/');
}

function text(name) {
  return name.replaceAll('.', '\\.');
}

function anyOf(names) {
  return `(?:${names.map(text).join('|') || '(?!)'})`;
}

const TYPE_AWARE = ['@typescript-eslint/no-floating-promises', '@typescript-eslint/no-misused-promises'];

module.exports = {
  root: true,
  ignorePatterns: ['dist/', 'coverage/', 'node_modules/', '.cache/', 'test/lint/violations/', 'lib/simdjson/assembly/', '!.eslintrc.cjs'],
  env: { node: true, es2023: true },
  parser: '@typescript-eslint/parser',
  parserOptions: { ecmaVersion: 'latest', sourceType: 'module', project: './tsconfig.json', tsconfigRootDir: __dirname },
  plugins: ['@typescript-eslint', 'import'],
  settings: {
    'import/parsers': { '@typescript-eslint/parser': ['.ts'] },
    'import/resolver': { [path.join(__dirname, 'test/lint/resolver.cjs')]: {} },
  },
  // Inline comments switch nothing off (each is reported, too); the second rule makes writing one an error.
  noInlineConfig: true,
  rules: {
    ...doors(''),
    // In test/lint/rules, found by --rulesdir.
    'no-inline-disabling': 'error',
    '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 10 }],

    'import/no-restricted-paths': ['error', { basePath: __dirname, zones }],
    'import/no-unresolved': 'error',
    'import/no-cycle': ['error', { ignoreExternal: true }],
    'import/no-self-import': 'error',
    'import/no-absolute-path': 'error',
    'import/no-duplicates': 'error',
    'import/no-extraneous-dependencies': ['error', {
      packageDir: __dirname,
      devDependencies: ['test/**', 'bench/**', 'lib/simdjson/build.mjs', 'vitest.config.ts', '.eslintrc.cjs'],
    }],

    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/no-explicit-any': 'error',
    'eqeqeq': 'error',
    'no-new-func': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
  },
  overrides: [
    ...Object.keys(PLACES).map((place) => ({ files: [place.includes('.') ? place : `${place}/**`], rules: doors(place) })),
    { files: ['cmd/**'], rules: { 'max-lines': ['error', { max: 60 }] } },
    {
      files: ['*.js', '*.mjs', '*.cjs'],
      parserOptions: { project: null },
      rules: Object.fromEntries(TYPE_AWARE.map((rule) => [rule, 'off'])),
    },
    { files: ['*.cjs'], parserOptions: { sourceType: 'commonjs' } },
  ],
};
