import type { Text } from '../../text.ts';
import { type Report, suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Item, MapItem, ScalarItem } from '../yaml.ts';
import { CONSTRUCTS } from './constructs.ts';
import type { Construct, Shape } from './shape.ts';

/** Reports what does not have the shape the language describes. True when later steps may read the item. */
export function conform(item: Item, shape: Shape, report: Report): boolean {
  switch (shape.shape) {
    case 'anything':
      return true;
    case 'either':
      return either(item, shape.of, report);
    case 'several':
      if (item.kind === 'list') return every(item.items, (each) => conform(each, shape.of, report));
      return conform(item, shape.of, report);
    case 'list':
      if (item.kind !== 'list') return wrong(item, shape, report);
      return every(item.items, (each) => conform(each, shape.of, report));
    case 'map':
    case 'named':
      if (item.kind !== 'map') return wrong(item, shape, report);
      return every([...item.entries.values()], (each) => member(each.key, each, shape, report));
    case 'human':
      return item.kind === 'map' ? keys(item, HUMAN, report) : wrong(item, shape, report);
    case 'construct':
      return item.kind === 'map' ? keys(item, CONSTRUCTS[shape.name]!, report) : wrong(item, shape, report);
    default:
      return item.kind === 'scalar' ? simple(item, shape, report) : wrong(item, shape, report);
  }
}

const HUMAN: Construct = {
  says: { zh: '文字', en: 'text' },
  keys: { zh: { shape: { shape: 'text' } }, en: { shape: { shape: 'text' } } },
};

/** All are looked at, even after one fails. */
const every = <T>(of: T[], test: (each: T) => boolean): boolean => of.map(test).every(Boolean);

const NAME = /^[a-z][a-z0-9_]*$/;

type MemberShape = { shape: 'map' | 'named'; of: Shape; nullable?: boolean };

function member(key: string, at: { at: Item['at']; value: Item }, shape: MemberShape, report: Report): boolean {
  if (shape.shape === 'named' && !NAME.test(key)) {
    const message = { zh: `"${key}" 不能作為名稱`, en: `"${key}" cannot be a name` };
    report('unknown-key', at.at, message, NAME_REMEDY);
    return false;
  }
  if (shape.nullable && at.value.kind === 'scalar' && at.value.value === null) return true;
  return conform(at.value, shape.of, report);
}

const NAME_REMEDY = { zh: '用小寫英文、數字、底線', en: 'lower-case letters, digits, underscores' };

function keys(item: MapItem, construct: Construct, report: Report): boolean {
  let fine = true;
  for (const each of item.entries.values()) {
    const known = own(construct.keys, each.key);
    const shape = known?.shape ?? construct.rest;
    if (shape) fine = conform(each.value, shape, report) && fine;
    else unknownKey(each.key, each.at, construct, report);
  }
  for (const [name, key] of Object.entries(construct.keys)) {
    if (!key.required || item.entries.has(name)) continue;
    const message = {
      zh: `${construct.says.zh}缺 "${name}"`,
      en: `${construct.says.en} lacks "${name}"`,
    };
    report('unknown-key', item.at, message, { zh: `加上 ${name}:`, en: `add ${name}:` });
    fine = false;
  }
  return fine;
}

function unknownKey(key: string, at: Item['at'], construct: Construct, report: Report): void {
  const message = { zh: `${construct.says.zh}沒有 "${key}"`, en: `${construct.says.en} has no "${key}"` };
  const special = own(MISPLACED, `${construct.says.en}.${key}`);
  report('unknown-key', at, message, special ?? suggestion(key, Object.keys(construct.keys)));
}

/** Slips people make because another tool says it so. */
const MISPLACED: Record<string, Text> = {
  'action.gate': { zh: '由關卡指名動作：guards: [動作]', en: 'gates name actions: guards: [the action]' },
  'action.gates': { zh: '由關卡指名動作：guards: [動作]', en: 'gates name actions: guards: [the action]' },
  'file.id': { zh: '每條條文前加上「- 」', en: 'begin each clause with "- "' },
  'state.actions': { zh: '由動作指名狀態：from:、to:', en: 'actions name states: from:, to:' },
};

/** Which of several shapes is meant is told by what YAML has there. */
function either(item: Item, of: Shape[], report: Report): boolean {
  const fitting = of.filter((shape) => kindsOf(shape).includes(item.kind));
  if (fitting.length === 0) return wrong(item, { shape: 'either', of }, report);
  const quiet = fitting.find((shape) => accepts(item, shape));
  if (quiet) return true;
  return conform(item, fitting[fitting.length - 1]!, report);
}

function accepts(item: Item, shape: Shape): boolean {
  let fine = true;
  const silent = Object.assign(
    () => {
      fine = false;
    },
    { list: [], unreadable: [] },
  );
  return conform(item, shape, silent) && fine;
}

function kindsOf(shape: Shape): Item['kind'][] {
  switch (shape.shape) {
    case 'construct':
    case 'human':
    case 'map':
    case 'named':
      return ['map'];
    case 'list':
      return ['list'];
    case 'several':
      return ['list', ...kindsOf(shape.of)];
    case 'either':
      return shape.of.flatMap(kindsOf);
    case 'anything':
      return ['scalar', 'list', 'map'];
    default:
      return ['scalar'];
  }
}

function simple(item: ScalarItem, shape: Shape, report: Report): boolean {
  const value = item.value;
  if (value === null) return nothing(item, report);
  switch (shape.shape) {
    case 'scalar':
      return true;
    case 'number':
      return typeof value === 'number' || wrong(item, shape, report);
    case 'flag':
      return typeof value === 'boolean' || wrong(item, shape, report);
    case 'word':
      return shape.of.includes(String(value)) || notThisWord(item, shape.of, report);
    case 'name':
      return (typeof value === 'string' && NAME.test(value)) || noName(item, report);
    case 'text':
      return typeof value === 'string' || looksOtherwise(item, shape.as, report);
    default:
      return wrong(item, shape, report);
  }
}

function noName(item: ScalarItem, report: Report): boolean {
  const message = { zh: `"${item.raw}" 不能作為名稱`, en: `"${item.raw}" cannot be a name` };
  report('wrong-type', item.at, message, NAME_REMEDY);
  return false;
}

function nothing(item: ScalarItem, report: Report): boolean {
  report(
    'yaml-trap',
    item.at,
    { zh: '這裡沒有值', en: 'no value here' },
    { zh: '填值或刪除', en: 'give it a value or delete it' },
  );
  return false;
}

function notThisWord(item: ScalarItem, of: readonly string[], report: Report): boolean {
  const message = { zh: `"${item.raw}" 不在可用字中`, en: `"${item.raw}" is not one of the words here` };
  report('unknown-name', item.at, message, suggestion(item.raw, of));
  return false;
}

/** 1.10 would become 1.1, and 0123 a number: fine only where the digits survive, or in a condition. */
function looksOtherwise(item: ScalarItem, as: string | undefined, report: Report): boolean {
  if (as === 'condition' || as === 'version' || as === 'time') return true;
  if (typeof item.value === 'number' && String(item.value) === item.raw) return true;
  const message = { zh: `文字 ${item.raw} 會被讀成別的`, en: `text ${item.raw} is read as something else` };
  report('yaml-trap', item.at, message, { zh: '加上引號', en: 'quote it' });
  return false;
}

function wrong(item: Item, shape: Shape, report: Report): boolean {
  if (item.kind === 'scalar' && item.value === null) return nothing(item, report);
  const wanted = describe(shape);
  const found = FOUND[item.kind];
  report(
    'wrong-type',
    item.at,
    { zh: `這裡要${wanted.zh}，卻是${found.zh}`, en: `${wanted.en} is wanted here, not ${found.en}` },
    shape.shape === 'human' ? BOTH_LANGUAGES : { zh: `改寫為${wanted.zh}`, en: `write ${wanted.en}` },
  );
  return false;
}

const BOTH_LANGUAGES = { zh: '寫成 { zh: …, en: … }', en: 'write { zh: …, en: … }' };

const FOUND: Record<Item['kind'], Text> = {
  scalar: { zh: '單一值', en: 'a single value' },
  list: { zh: '一串', en: 'a list' },
  map: { zh: '一組鍵值', en: 'keys and values' },
};

function describe(shape: Shape): Text {
  switch (shape.shape) {
    case 'construct':
      return CONSTRUCTS[shape.name]!.says;
    case 'human':
      return { zh: '{ zh, en } 文字', en: 'a { zh, en } text' };
    case 'list':
      return { zh: '一串', en: 'a list' };
    case 'named':
    case 'map':
      return { zh: '一組鍵值', en: 'keys and values' };
    case 'several':
      return describe(shape.of);
    case 'either': {
      const all = shape.of.map(describe);
      return { zh: all.map((t) => t.zh).join('或'), en: all.map((t) => t.en).join(' or ') };
    }
    case 'word':
      return { zh: shape.of.join('、'), en: shape.of.join(', ') };
    case 'number':
      return { zh: '數字', en: 'a number' };
    case 'flag':
      return { zh: 'true 或 false', en: 'true or false' };
    case 'name':
      return { zh: '名稱', en: 'a name' };
    default:
      return { zh: '文字', en: 'text' };
  }
}
