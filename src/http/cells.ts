import { isIP } from 'node:net';
import { momentOf } from '../kernel/calendar/date.ts';
import { parseDate } from '../kernel/calendar/roc.ts';
import type { Directory, Value } from '../kernel/engine/types.ts';
import type { Definition, Field, ValueType } from '../kernel/pack/types.ts';
import { isRefused, type Refusal } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

/** What cells are read with: who and what there is, and what a person on screen said a text means. */
export type CellReading = {
  definition: Definition;
  directory: Directory;
  /** Records of a type whose number, title or id is what was written. */
  records(to: string, written: string): { id: string; name: string; hint: string }[];
  chosen(field: string, written: string): string | undefined;
};
/** A text that names nobody and nothing, or several: what a person can settle on screen. */
export type Unknown = {
  field: string;
  written: string;
  of: 'person' | 'unit' | 'record';
  /** Of records: the type referred to. */
  type?: string;
  candidates: { id: string; name: string; hint: string }[];
};
export type CellFault = { fault: Refusal; unknown?: Unknown };
export type Cell = { value: Value } | CellFault;

/** A cell of a spreadsheet as a value of the field: ROC dates, full-width digits, labels instead of codes, names instead of ids. */
export function readCell(reading: CellReading, field: Field, written: string): Cell {
  const plain = written.normalize('NFKC').replace(/\s+/g, ' ').trim();
  const { type } = field;
  switch (type.is) {
    case 'number':
      return readNumber(field, plain);
    case 'date':
      return readDate(field, plain);
    case 'moment':
      return readMoment(field, plain);
    case 'yes_no':
      return readYesNo(field, plain);
    case 'choice':
      return readChoice(reading, field, type.of, plain);
    case 'choices':
      return readAll(plain, (part) => readChoice(reading, field, type.of, part));
    case 'person':
    case 'unit':
      return readNamed(reading, field, type.is, plain);
    case 'ref':
      return readReference(reading, field, type.to, plain);
    case 'refs':
      return readAll(plain, (part) => readReference(reading, field, type.to, part));
    case 'text':
      return { value: halfWidth(written).trim() };
    default:
      return readFormal(field, type.is, plain);
  }
}

/** Letters and digits typed at full width, as input methods here leave them; punctuation stays as it is written. */
const halfWidth = (written: string): string =>
  written.replace(/[０-９Ａ-Ｚａ-ｚ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));

/** The texts of a cell that may name records: one, or several with signs between them. */
export const partsOf = (type: ValueType, written: string): string[] => {
  const plain = written.normalize('NFKC').replace(/\s+/g, ' ').trim();
  return type.is === 'refs' || type.is === 'choices' ? split(plain) : [plain];
};

const split = (plain: string): string[] =>
  plain
    .split(/[、,;；]/)
    .map((one) => one.trim())
    .filter(Boolean);

const wrong = (field: Field, zh: string, en: string): CellFault => ({
  fault: {
    code: 'invalid',
    field: field.name,
    message: text(`「${field.label.zh}」${zh}`, `${field.label.en}: ${en}`),
  },
});

function readNumber(field: Field, plain: string): Cell {
  const bare = plain.replace(/,(?=\d{3}(\D|$))/g, '').replace(/\s*(GiB|GB|G|MB|台|套|人|年|元)$/i, '');
  const value = bare === '' ? Number.NaN : Number(bare);
  return Number.isFinite(value) ? { value } : wrong(field, `「${plain}」不是數字。`, `"${plain}" is not a number.`);
}

function readDate(field: Field, plain: string): Cell {
  const date = parseDate(plain.replace(/ 00:00(:00)?$/, ''));
  return isRefused(date)
    ? wrong(
        field,
        `「${plain}」不是日期；請寫 115/11/20 或 2026-11-20。`,
        `"${plain}" is no date; write 2026-11-20 or 115/11/20.`,
      )
    : { value: date };
}

function readMoment(field: Field, plain: string): Cell {
  const [day = '', clock = '00:00'] = plain.split(/[ T]/);
  const date = readDate(field, day);
  if ('fault' in date) return date;
  const [hour = '', minute = ''] = clock.split(':');
  const padded = `${hour.padStart(2, '0')}:${minute}`;
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(padded)
    ? { value: momentOf(String(date.value), padded) }
    : wrong(field, `「${clock}」不是時刻；請寫 09:30。`, `"${clock}" is no time; write 09:30.`);
}

const YES = new Set(['是', 'y', 'yes', 'true', '1', 'v', '✓', '✔', '有', 'o', '○']);
const NO = new Set(['否', 'n', 'no', 'false', '0', 'x', '×', '無', '-']);

function readYesNo(field: Field, plain: string): Cell {
  const folded = plain.toLowerCase();
  if (YES.has(folded)) return { value: true };
  return NO.has(folded)
    ? { value: false }
    : wrong(field, `「${plain}」請寫「是」或「否」。`, `"${plain}": write yes or no.`);
}

function readChoice({ definition }: CellReading, field: Field, list: string, plain: string): Cell {
  const rows = Object.entries(definition.lists[list]?.rows ?? {});
  const folded = plain.toLowerCase();
  const found = rows.find(([id, row]) => [id, row.label.zh, row.label.en.toLowerCase()].includes(folded));
  if (found) return { value: found[0] };
  const offered = rows.slice(0, 12).map(([, row]) => row.label);
  return wrong(
    field,
    `沒有「${plain}」這個選項；可填：${offered.map(({ zh }) => zh).join('、')}。`,
    `"${plain}" is no choice; one of: ${offered.map(({ en }) => en).join(', ')}.`,
  );
}

/** Addresses and the like: told where they cannot be what they should be, as `10.1.1.300`. */
function readFormal(field: Field, kind: ValueType['is'], plain: string): Cell {
  const right = FORMAL[kind];
  if (!right || right.holds(plain)) return { value: plain };
  return wrong(field, `「${plain}」${right.zh}`, `"${plain}" ${right.en}`);
}

const OCTETS = /^[\d.]+$/;
const isHost = (plain: string): boolean =>
  isIP(plain) !== 0 || (!OCTETS.test(plain) && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(plain));
const isNetwork = (plain: string): boolean => {
  const [address = '', prefix, ...rest] = plain.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  return rest.length === 0 && isIP(address) !== 0 && /^\d{1,3}$/.test(prefix ?? '') && Number(prefix) <= most;
};
const isRange = (plain: string): boolean => {
  const ends = plain.split(/[-~]/).map((end) => end.trim());
  return ends.length === 2 && ends.every((end) => isIP(end) !== 0);
};
/** Four parts of digits in which letters stand for some: an IP address with O for 0 or l for 1, not a host name. */
const MISTYPED = /^(?=.*[oil])[\doil]{1,3}(\.[\doil]{1,3}){3}$/i;
const FORMAL: Partial<Record<ValueType['is'], { holds(plain: string): boolean; zh: string; en: string }>> = {
  address: {
    holds: (plain) => (isHost(plain) && !MISTYPED.test(plain)) || isNetwork(plain) || isRange(plain),
    zh: '不是位址；請寫 10.1.1.5、10.1.1.0/24 或主機網域名稱。',
    en: 'is no address; write 10.1.1.5, 10.1.1.0/24 or a host name.',
  },
  mac: {
    holds: (plain) =>
      /^([0-9a-f]{2}([:-]|$)){6}$/i.test(plain) || /^([0-9a-f]{4}(\.|$)){3}$|^[0-9a-f]{12}$/i.test(plain),
    zh: '不是網卡位址；請寫 00:1A:2B:3C:4D:5E。',
    en: 'is no MAC address; write 00:1A:2B:3C:4D:5E.',
  },
  email: {
    holds: (plain) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(plain),
    zh: '不是電子郵件地址。',
    en: 'is no mail address.',
  },
  url: {
    holds: (plain) => URL.canParse(plain),
    zh: '不是網址；請寫 https:// 開頭。',
    en: 'is no web address; begin with https://.',
  },
};

function readNamed(reading: CellReading, field: Field, kind: 'person' | 'unit', plain: string): Cell {
  const { directory } = reading;
  const chosen = reading.chosen(field.name, plain);
  const all: { id: string; name: string; unit?: string; title?: string }[] = Object.values(
    kind === 'person' ? directory.persons : directory.units,
  );
  const hintOf = (one: { unit?: string; title?: string }) =>
    [one.unit && directory.units[one.unit]?.name, one.title].filter(Boolean).join(' ');
  const bare = plain.replace(/\s/g, '');
  const found = all.filter(
    (one) => one.id === (chosen ?? plain) || (chosen === undefined && one.name.replace(/\s/g, '') === bare),
  );
  if (found.length === 1) return { value: found[0]!.id };
  const near = found.length > 1 ? found : all.filter(({ name }) => alike(name, bare)).slice(0, 5);
  const unknown: Unknown = {
    field: field.name,
    written: plain,
    of: kind,
    candidates: near.map((one) => ({ id: one.id, name: one.name, hint: hintOf(one) })),
  };
  const told =
    found.length === 0
      ? wrong(field, `找不到「${plain}」。`, `nobody and nothing is called "${plain}".`)
      : wrong(
          field,
          `有 ${found.length} 個「${plain}」，請選擇是哪一個。`,
          `${found.length} are called "${plain}"; choose one.`,
        );
  return { ...told, unknown };
}

/** 林課員 and 林志明, 資訊 and 資訊室: the same beginning, or one inside the other. */
const alike = (name: string, written: string): boolean =>
  name.includes(written) || written.includes(name) || (name !== '' && name[0] === written[0]);

function readReference(reading: CellReading, field: Field, to: string, plain: string): { value: string } | CellFault {
  const chosen = reading.chosen(field.name, plain);
  if (chosen !== undefined) return { value: chosen };
  const found = reading.records(to, plain);
  if (found.length === 1) return { value: found[0]!.id };
  const unknown: Unknown = { field: field.name, written: plain, of: 'record', type: to, candidates: found };
  const told =
    found.length === 0
      ? wrong(field, `簿冊中沒有「${plain}」。`, `"${plain}" is in no register.`)
      : wrong(field, `有多筆「${plain}」，請選擇是哪一筆。`, `several are called "${plain}"; choose one.`);
  return { ...told, unknown };
}

function readAll(plain: string, read: (part: string) => Cell): Cell {
  const values: string[] = [];
  for (const part of split(plain)) {
    const one = read(part);
    if ('fault' in one) return one;
    values.push(String(one.value));
  }
  return { value: values };
}
