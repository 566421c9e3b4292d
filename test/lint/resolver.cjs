'use strict';
/**
 * Finds what an import means, for eslint-plugin-import: a relative import names the real file, the project's own name
 * is looked up in its sources (not in dist), and packages with "exports" are found, also those without a CommonJS entry.
 */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire, isBuiltin } = require('node:module');

const root = path.resolve(__dirname, '../..');
const own = require('../../package.json');

exports.interfaceVersion = 2;

exports.resolve = (source, file) => {
  if (isBuiltin(source)) return { found: true, path: null };
  if (source.startsWith('.') || path.isAbsolute(source)) return found(path.resolve(path.dirname(file), source));
  if (source === own.name || source.startsWith(`${own.name}/`)) return outside(ownSource(`.${source.slice(own.name.length)}`));
  try {
    return { found: true, path: createRequire(file).resolve(source) };
  } catch {
    return found(path.join(root, 'node_modules', packageName(source), 'package.json'));
  }
};

/** './plugin' is exported from dist/…/plugin.js, which is made of …/plugin.ts. */
function ownSource(entry) {
  const target = own.exports[entry]?.default ?? '';
  return path.join(root, target.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts'));
}

function packageName(source) {
  return source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/');
}

/** It is there, and which folder it lives in is nobody's business: the arrows hold for relative imports. */
function outside(file) {
  return found(file).found ? { found: true, path: null } : { found: false };
}

function found(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? { found: true, path: file } : { found: false };
}
