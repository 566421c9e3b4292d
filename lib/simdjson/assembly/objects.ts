/**
 * Objects and tuples by schema: the key (or the position) says the entry, the entry says what to do with each JSON type.
 *
 * Keys come in the order they came in last time, so the next key is guessed and one comparison of 16 bytes, quote and
 * colon included, confirms it. A wrong guess costs one search and is learned.
 */
import { atom, atomLength, atomString } from './atoms';
import { byteAt, isDigit, no, skipSpace } from './bytes';
import { decimalNumber, decimalString, scale, written } from './decimal';
import {
  ARGUMENT, CASES_MAX, COUNTS, DEPTH_MAX, DOUBLES, ENTRY, ENTRY_KEY_LENGTH, ENTRY_MASK, ENTRY_NEXT, EXACTS, FIXUP_COUNT, INPUT, KIND_LENGTH,
  KIND_OFFSET, METAS, OP_ARRAY, OP_LITERAL, OP_NUMBER, OP_OBJECT, OP_STRING, PRESENCE, RECORD_COUNT, RECORDS_MAX, SCHEMA,
  SCHEMAS, SCHEMA_HEAD, SIDES_MET, SLOTS, SPEC, SPECS, SWITCH, SWITCHES, SWITCH_HEAD,
} from './layout';
import { beginLevel, commitLevel, levelPrice, levelQuantity, levelRows, levels, levelSide, meetSide } from './levels';
import {
  ATOM, DECIMAL, EACH, EACH_BY, EACH_TUPLE, EMPTY, FLAG, INEXACT, INTEGER, LEVELS, LEVEL_OBJECTS, LEVEL_PRICE, LEVEL_QUANTITY,
  LEVEL_ROWS, LEVEL_SIDE, OBJECT, OBJECT_BY, REFUSE, SKIP, SWITCH_KEY, TEXT, TIME, TUPLE, TUPLES, WHY_DECIMAL, WHY_DEPTH,
  WHY_DUPLICATE, WHY_ESCAPE, WHY_FORM, WHY_LATE_KIND, WHY_NOT_JSON, WHY_RECORDS, WHY_REFUSED, WHY_UNKNOWN_KEY, WHY_UNKNOWN_KIND,
} from './ops';
import { clearEscape, hasEscape, skipLiteral, skipString, skipValue } from './skip';
import { isInRange, timeString } from './time';

/**
 * `p` is behind the brace, `depth` counts it.
 *
 * The discriminator is the first key almost always. Where it comes later, what was read so far is taken back and the
 * object is read again from its begin, by the schema it names.
 */
export function object(p: usize, schemaIndex: u32, record: u32, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  p = skipSpace(p);
  if (byteAt(p) == 125) return p + 1;
  let schema: usize = SCHEMAS + schemaIndex * SCHEMA;
  let count = load<u32>(schema);
  let next = load<u32>(schema, 4);
  let learn: usize = schema + 4;
  let isFirst = true;
  let seen: u64 = 0;
  // The discriminator's entry while the object is read a second time.
  let own: u32 = NO_ENTRY;
  const start = p;
  let presence: u32 = 0;
  let levelCounts: u64 = 0;
  let sidesAndRecords: u64 = 0;
  let fixups: u32 = 0;
  if (load<u32>(schema, 12)) {
    presence = load<u32>(PRESENCE + record * 4);
    levelCounts = load<u64>(COUNTS);
    sidesAndRecords = load<u64>(SIDES_MET);
    fixups = load<u32>(FIXUP_COUNT);
  }
  while (true) {
    if (byteAt(p) != 34) return no(WHY_NOT_JSON);
    p++;
    let entry: usize = schema + SCHEMA_HEAD + next * ENTRY;
    let isKnown = true;
    const keyLength = <u32>load<u8>(entry, ENTRY_KEY_LENGTH);
    if (next < count && isKey(p, entry) && (keyLength <= 14 || isKey(p + 16, entry + 16))) {
      p = skipSpace(p + keyLength + 2);
    } else {
      clearEscape();
      const end = skipString(p);
      if (end == 0) return 0;
      // An escaped key may be one of ours in disguise.
      if (hasEscape) return no(WHY_ESCAPE);
      const found = find(schema, count, p, <u32>(end - p - 1));
      p = skipSpace(end);
      if (byteAt(p) != 58) return no(WHY_NOT_JSON);
      p = skipSpace(p + 1);
      if (found < 0) {
        if (load<u32>(schema, 8)) return no(WHY_UNKNOWN_KEY);
        p = skipValue(p, depth);
        if (p == 0) return 0;
        isKnown = false;
      } else {
        next = <u32>found;
        entry = schema + SCHEMA_HEAD + next * ENTRY;
        store<u8>(learn, <u8>found);
      }
    }
    if (isKnown) {
      const keyIndex = next;
      const bit: u64 = 1 << <u64>next;
      if (seen & bit) return no(WHY_DUPLICATE);
      seen |= bit;
      learn = entry + ENTRY_NEXT;
      next = <u32>load<u8>(entry, ENTRY_NEXT);
      if (keyIndex == own) {
        p = skipString(p + 1);
        if (p == 0) return 0;
      } else if (byteAt(p) == 34 && <u32>load<u8>(entry, OP_STRING) == SWITCH_KEY) {
        const table = SWITCHES + <u32>load<u8>(entry, OP_STRING + ARGUMENT) * SWITCH;
        const at = record * SLOTS + load<u32>(table);
        p = atomInto(p + 1, at);
        if (p == 0) return 0;
        const chosen = caseOf(table, atom);
        if (chosen == 0) return unknownKind(at);
        schema = SCHEMAS + ((chosen & 0xffff) - 1) * SCHEMA;
        count = load<u32>(schema);
        if (isFirst) {
          const entryOfKind = chosen >> 16;
          seen = 1 << <u64>entryOfKind;
          learn = schema + SCHEMA_HEAD + entryOfKind * ENTRY + ENTRY_NEXT;
          next = <u32>load<u8>(learn);
          mark(record, load<u32>(table));
        } else {
          own = chosen >> 16;
          seen = 0;
          learn = schema + 4;
          next = load<u32>(learn);
          store<u32>(PRESENCE + record * 4, presence);
          store<u64>(COUNTS, levelCounts);
          store<u64>(SIDES_MET, sidesAndRecords);
          store<u32>(FIXUP_COUNT, fixups);
          mark(record, load<u32>(table));
          p = start;
          continue;
        }
      } else {
        p = field(entry, p, record, depth);
        if (p == 0) return 0;
      }
    }
    isFirst = false;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 125) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}

const NO_ENTRY: u32 = 255;

/** `p` is behind the bracket, `depth` counts it. Positions behind the last entry are skipped or refused. */
function tuple(p: usize, schemaIndex: u32, record: u32, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  p = skipSpace(p);
  if (byteAt(p) == 93) return p + 1;
  const schema: usize = SCHEMAS + schemaIndex * SCHEMA;
  const count = load<u32>(schema);
  let position: u32 = 0;
  while (true) {
    if (position < count) {
      const entry = schema + SCHEMA_HEAD + position * ENTRY;
      const first = byteAt(p);
      if (<u32>load<u8>(entry, OP_NUMBER) == DECIMAL && (isDigit(first) || first == 45)) {
        // What tuples are made of, without a call: that is a fifth of the time of a book of tuples.
        const slot = <u32>load<u8>(entry, OP_NUMBER + ARGUMENT);
        const at = record * SLOTS + slot;
        p = decimalNumber(p, DOUBLES + (at << 3), EXACTS + (at << 3), false);
        store<i32>(at << 2, scale, METAS);
        mark(record, slot);
      } else {
        p = value(entry, p, record, depth);
      }
    } else if (load<u32>(schema, 8)) return no(WHY_UNKNOWN_KEY);
    else p = skipValue(p, depth);
    if (p == 0) return 0;
    position++;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 93) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}

/** `field` as a call: in `object` it is a part of the loop, here it is not worth the room. */
export function value(entry: usize, p: usize, record: u32, depth: u32): usize {
  return field(entry, p, record, depth);
}

// @ts-ignore: decorator
@inline
function field(entry: usize, p: usize, record: u32, depth: u32): usize {
  const char = byteAt(p);
  if (char == 34) {
    const op = <u32>load<u8>(entry, OP_STRING);
    const slot = <u32>load<u8>(entry, OP_STRING + ARGUMENT);
    const at = record * SLOTS + slot;
    if (op == DECIMAL) {
      p = decimalString(p + 1, DOUBLES + (at << 3), EXACTS + (at << 3), false);
      if (p == 0) return 0;
      // An absent value leaves the slot alone: another key may have filled it.
      if (scale == EMPTY) return p + 1;
      store<i32>(at << 2, scale, METAS);
      mark(record, slot);
      return p + 1;
    }
    if (op == ATOM) {
      if (byteAt(p + 1) == 34) return p + 2;
      p = atomInto(p + 1, at);
      if (p == 0) return 0;
      mark(record, slot);
      return p;
    }
    if (op == SKIP) return skipString(p + 1);
    if (op == INTEGER) {
      p = decimalString(p + 1, DOUBLES + (at << 3), EXACTS + (at << 3), false);
      if (p == 0) return 0;
      if (scale == EMPTY) return p + 1;
      if (written != 0) return no(WHY_DECIMAL);
      store<i32>(at << 2, scale, METAS);
      mark(record, slot);
      return p + 1;
    }
    if (op == TEXT) {
      const end = skipString(p + 1);
      if (end == 0) return 0;
      slice(at, p + 1, end - 1);
      store<i32>(at << 2, 0, METAS);
      mark(record, slot);
      return end;
    }
    if (op == TIME) {
      if (byteAt(p + 1) == 34) return p + 2;
      p = timeString(p + 1, at);
      if (p == 0) return 0;
      if (!isInRange) return p + 1;
      store<i32>(at << 2, 0, METAS);
      mark(record, slot);
      return p + 1;
    }
    if (op == LEVEL_PRICE) return levelPrice(p);
    if (op == LEVEL_QUANTITY) return levelQuantity(p);
    if (op == LEVEL_SIDE) return levelSide(p + 1, slot);
    return notTaken(op);
  }
  if (isDigit(char) || char == 45) {
    const op = <u32>load<u8>(entry, OP_NUMBER);
    const slot = <u32>load<u8>(entry, OP_NUMBER + ARGUMENT);
    const at = record * SLOTS + slot;
    if (op == INTEGER) {
      p = decimalNumber(p, DOUBLES + (at << 3), EXACTS + (at << 3), false);
      if (p == 0) return 0;
      if (written != 0) return no(WHY_DECIMAL);
      store<i32>(at << 2, scale, METAS);
      mark(record, slot);
      return p;
    }
    if (op == DECIMAL) {
      p = decimalNumber(p, DOUBLES + (at << 3), EXACTS + (at << 3), false);
      if (p == 0) return 0;
      store<i32>(at << 2, scale, METAS);
      mark(record, slot);
      return p;
    }
    if (op == SKIP) return skipValue(p, depth);
    if (op == LEVEL_PRICE) return levelPrice(p);
    if (op == LEVEL_QUANTITY) return levelQuantity(p);
    return notTaken(op);
  }
  if (char == 91) {
    const op = <u32>load<u8>(entry, OP_ARRAY);
    const what = <u32>load<u8>(entry, OP_ARRAY + ARGUMENT);
    if (op == LEVELS) return levels(p + 1, what, depth + 1);
    return arrayField(op, what, p, record, depth + 1);
  }
  if (char == 123) {
    const op = <u32>load<u8>(entry, OP_OBJECT);
    const what = <u32>load<u8>(entry, OP_OBJECT + ARGUMENT);
    if (op == OBJECT) return object(p + 1, what, record, depth + 1);
    if (op == SKIP) return skipValue(p, depth);
    if (op == OBJECT_BY) {
      const chosen = selected(what, record);
      return chosen == 0 ? 0 : object(p + 1, (chosen & 0xffff) - 1, record, depth + 1);
    }
    return notTaken(op);
  }
  // true, false, null: null means absent, whatever was expected.
  const word = load<u32>(p);
  const end = skipLiteral(p);
  if (end == 0) return 0;
  const op = <u32>load<u8>(entry, OP_LITERAL);
  if (op == REFUSE) return no(WHY_REFUSED);
  if (word != 0x6c6c756e && op != SKIP) {
    if (op != FLAG) return no(WHY_FORM);
    const slot = <u32>load<u8>(entry, OP_LITERAL + ARGUMENT);
    const at = record * SLOTS + slot;
    store<f64>(DOUBLES + at * 8, word == 0x65757274 ? 1 : 0);
    store<i64>(EXACTS + at * 8, word == 0x65757274 ? 1 : 0);
    store<i32>(METAS + at * 4, 0);
    mark(record, slot);
  }
  return end;
}

function arrayField(op: u32, what: u32, p: usize, record: u32, depth: u32): usize {
  if (op == EACH) return eachObject(p + 1, what, depth);
  if (op == LEVEL_OBJECTS) return levelObjects(p + 1, what, record, depth);
  if (op == LEVEL_ROWS) return levelRows(p + 1, what, depth);
  if (op == TUPLE) return tuple(p + 1, what, record, depth);
  if (op == EACH_TUPLE) return eachTuple(p + 1, what, depth);
  if (op == TUPLES) {
    const first = byteAt(skipSpace(p + 1));
    return first == 91 || first == 93 ? eachTuple(p + 1, what, depth) : oneTuple(p + 1, what, depth);
  }
  if (op == SKIP) return skipValue(p, depth - 1);
  if (op == EACH_BY) {
    const chosen = selected(what, record);
    return chosen == 0 ? 0 : eachObject(p + 1, (chosen & 0xffff) - 1, depth);
  }
  return notTaken(op);
}

function notTaken(op: u32): usize {
  return no(op == REFUSE ? WHY_REFUSED : WHY_FORM);
}

function eachObject(p: usize, schemaIndex: u32, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  p = skipSpace(p);
  if (byteAt(p) == 93) return p + 1;
  while (true) {
    if (byteAt(p) != 123) return no(WHY_FORM);
    const record = newRecord();
    if (record == 0) return 0;
    p = object(p + 1, schemaIndex, record, depth + 1);
    if (p == 0) return 0;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 93) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}

function eachTuple(p: usize, schemaIndex: u32, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  p = skipSpace(p);
  if (byteAt(p) == 93) return p + 1;
  while (true) {
    if (byteAt(p) != 91) return no(WHY_FORM);
    p = oneTuple(p + 1, schemaIndex, depth + 1);
    if (p == 0) return 0;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 93) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}

function oneTuple(p: usize, schemaIndex: u32, depth: u32): usize {
  const record = newRecord();
  return record == 0 ? 0 : tuple(p, schemaIndex, record, depth);
}

/** 0 when there is no room: the first record is the root's, so it is never a new one. */
function newRecord(): u32 {
  const record = load<u32>(RECORD_COUNT);
  if (record >= RECORDS_MAX) return <u32>no(WHY_RECORDS);
  store<u32>(RECORD_COUNT, record + 1);
  store<u32>(PRESENCE + record * 4, 0);
  return record;
}

function levelObjects(p: usize, specIndex: u32, record: u32, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  const spec = SPECS + specIndex * SPEC;
  const side = <u32>load<u8>(spec);
  const schemaIndex = <u32>load<u8>(spec, 4);
  meetSide(side < 2 ? 1 << side : 3);
  p = skipSpace(p);
  if (byteAt(p) == 93) return p + 1;
  while (true) {
    if (byteAt(p) != 123) return no(WHY_FORM);
    beginLevel(side);
    p = object(p + 1, schemaIndex, record, depth + 1);
    if (p == 0) return 0;
    if (!commitLevel()) return 0;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 93) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}

/** `p` is behind the opening quote; returns the place behind the closing one. The slot has the atom and the slice. */
// @ts-ignore: decorator
@inline
function atomInto(p: usize, at: usize): usize {
  clearEscape();
  const end = atomString(p);
  if (end == 0) return 0;
  if (hasEscape) return no(WHY_ESCAPE);
  store<i32>(at << 2, atom, METAS);
  store<u64>(at << 3, <u64>(p - INPUT) | (<u64>atomLength << 32), EXACTS);
  return end;
}

// @ts-ignore: decorator
@inline
function slice(at: usize, start: usize, end: usize): void {
  store<u64>(at << 3, <u64>(start - INPUT) | (<u64>(end - start) << 32), EXACTS);
}

// @ts-ignore: decorator
@inline
function mark(record: u32, slot: u32): void {
  const address = PRESENCE + (record << 2);
  store<u32>(address, load<u32>(address) | (1 << slot));
}

/** Schema + 1 in the low half, its entry in the high half; 0 when no schema is for this atom. */
function caseOf(table: usize, id: i32): u32 {
  if (id >= 0) {
    let at = <u32>id & (CASES_MAX - 1);
    while (true) {
      const found = table + SWITCH_HEAD + at * 8;
      const key = load<i32>(found);
      if (key == 0) break;
      if (key == id + 1) return load<u32>(found, 4);
      at = (at + 1) & (CASES_MAX - 1);
    }
  }
  return load<u32>(table, 4);
}

/** The schema that an atom read before names; 0 with its reason when there is none. */
function selected(tableIndex: u32, record: u32): u32 {
  const table = SWITCHES + tableIndex * SWITCH;
  const slot = load<u32>(table);
  if (!(load<u32>(PRESENCE + record * 4) & (1 << slot))) return <u32>no(WHY_LATE_KIND);
  const at = record * SLOTS + slot;
  const chosen = caseOf(table, load<i32>(METAS + at * 4));
  return chosen == 0 ? <u32>unknownKind(at) : chosen;
}

function unknownKind(at: usize): usize {
  store<u32>(KIND_OFFSET, load<u32>(EXACTS + at * 8));
  store<u32>(KIND_LENGTH, load<u32>(EXACTS + at * 8, 4));
  return no(WHY_UNKNOWN_KIND);
}

// @ts-ignore: decorator
@inline
function isKey(p: usize, entry: usize): bool {
  return !v128.any_true(v128.and(v128.xor(v128.load(p), v128.load(entry)), v128.load(entry, ENTRY_MASK)));
}

function find(schema: usize, count: u32, p: usize, length: u32): i32 {
  for (let i: u32 = 0; i < count; i++) {
    const entry = schema + SCHEMA_HEAD + i * ENTRY;
    if (<u32>load<u8>(entry, ENTRY_KEY_LENGTH) != length) continue;
    let at: u32 = 0;
    while (at < length && byteAt(entry + at) == byteAt(p + at)) at++;
    if (at == length) return <i32>i;
  }
  return -1;
}
