import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../../../lib/config/mask-secrets.ts';
import { renderConfig, renderConfigDocs } from '../../../../lib/config/render-config.ts';
import { editDistance, suggestName } from '../../../../lib/config/suggest.ts';
import { loadShop, shopTable, useFolder } from './config-desk.ts';

const folder = useFolder();

describe('maskSecrets', () => {
  test('hides secrets that are set, and shows that others are not', () => {
    const config = loadShop({ sets: ['venues=[{id: a, apiSecret: geheim}, {id: b}]', 'log.levels={x: debug}'] });
    const masked = maskSecrets(shopTable, config);
    expect(masked['venues']).toMatchObject([{ id: 'a', apiSecret: '***' }, { id: 'b', apiSecret: null }]);
    expect(masked).toMatchObject({ port: 8080, log: { levels: { x: 'debug' } }, tags: ['new'] });
  });

  test('hides whole sections, maps of secrets, and what the table does not know', () => {
    const table = {
      auth: { type: 'object', secret: true, doc: '', props: { user: { type: 'string', doc: '' } } },
      keys: { type: 'map', doc: '', items: { type: 'string', secret: true, doc: '' } },
      list: { type: 'array', doc: '', items: { type: 'string', secret: true, doc: '' } },
    } as const;
    const masked = maskSecrets(table, { auth: { user: 'u' }, keys: { a: 'geheim', b: '' }, list: ['geheim'], extra: 'geheim' });
    expect(masked).toEqual({ auth: '***', keys: { a: '***', b: '' }, list: ['***'], extra: '***' });
  });
});

describe('renderConfig', () => {
  test('writes what loadConfig reads', () => {
    const config = loadShop({ sets: ['venues=[{id: a, speed: 2}]', 'name="yes: #"', 'note="007"', 'options={a: [1, {b: null}]}'] });
    expect(loadShop({ files: [folder.write('a.yaml', renderConfig(config))] })).toEqual(config);
  });
});

describe('renderConfigDocs', () => {
  const docs = renderConfigDocs(shopTable);

  test('has a row for every field, with type, default and meaning', () => {
    expect(docs).toContain('| `port` | a whole number from 1 to 65535 | `8080` | Where it listens |');
    expect(docs).toContain('| `note` | a text, or nothing | nothing | Anything |');
    expect(docs).toContain('| `log.level` | one of debug, info, warn | `"info"` | Least severity |');
    expect(docs).toContain('| `log.levels` | an object of one of debug, info, warn by name | empty | By module |');
    expect(docs).toContain('| `venues[].id` | a name in lower case | **required** | Its name |');
    expect(docs).toContain('| `venues[].apiSecret` | a text, or nothing | nothing | The key (secret: never shown) |');
    expect(docs).toContain('| `venues[].transport.retryMs` | a whole number of ms | `100` | Pause |');
    expect(docs).toContain('| `tags` | a list of a text up to 3 elements | `["new"]` | Labels |');
    expect(docs).toContain('## log\n\nWhat is logged\n\n| key | value | default | meaning |\n|---|---|---|---|\n');
  });

  test('keeps a bar or a line end from breaking the table, and shows maps of objects', () => {
    const text = renderConfigDocs({
      a: { type: 'string', pattern: 'x|y', default: 'x', doc: 'two\n lines' },
      m: { type: 'map', doc: 'M', items: { type: 'object', doc: '', props: { n: { type: 'number', max: 3, doc: 'N' } } } },
      n: { type: 'number', values: [1, 2], default: 1, doc: 'N' },
    });
    expect(text).toContain('| `a` | a text like x\\|y | `"x"` | two lines |');
    expect(text).toContain('| `m.<name>.n` | a number up to 3 | **required** | N |');
    expect(text).toContain('| `n` | one of 1, 2 |');
  });
});

describe('suggestions', () => {
  test.each([
    ['levl', 'did you mean "level"?'],
    ['LEVEL', 'did you mean "level"?'],
    ['leevl', 'did you mean "level"?'],
    ['retrysMs', 'did you mean "retryMs"?'],
    ['colour', ''],
    ['x', ''],
    ['averylongnamethatisnothingelse', ''],
  ])('for %s: "%s"', (written, suggestion) => {
    expect(suggestName(written, ['level', 'retryMs', 'venues'])).toBe(suggestion);
  });

  test('measure a distance: none to itself, the same both ways, one for one move', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, fc.nat(), (source, target, seed) => {
        expect(editDistance(source, source)).toBe(0);
        expect(editDistance(source, target)).toBe(editDistance(target, source));
        const at = seed % (source.length + 1);
        expect(editDistance(source, `${source.slice(0, at)}x${source.slice(at)}`)).toBe(1);
        expect(editDistance(source, target)).toBeLessThanOrEqual(Math.max(source.length, target.length));
      }),
    );
  });
});
