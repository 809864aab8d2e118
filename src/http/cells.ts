import { sql } from 'kysely';
import { momentOf } from '../kernel/calendar/date.ts';
import { parseDate } from '../kernel/calendar/roc.ts';
import type { Value } from '../kernel/engine/types.ts';
import type { Field } from '../kernel/pack/types.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { kindsOf } from '../runtime/gather.ts';
import type { Look } from '../runtime/query/look.ts';

/** A cell of a spreadsheet as a value of the field: ROC dates, full-width digits, labels instead of codes, names instead of ids. */
export async function readCell(look: Look, field: Field, written: string): Promise<{ value: Value } | Refused> {
  const plain = written.normalize('NFKC').trim();
  const { type } = field;
  switch (type.is) {
    case 'number':
      return readNumber(field, plain);
    case 'date':
      return readDate(field, plain);
    case 'moment': {
      const [day, clock = '00:00'] = plain.split(/[ T]/);
      const date = readDate(field, day!);
      return 'refused' in date ? date : { value: momentOf(String(date.value), clock.slice(0, 5)) };
    }
    case 'yes_no':
      return readYesNo(field, plain);
    case 'choice':
      return readChoice(look, field, type.of, plain);
    case 'choices':
      return readAll(plain, (part) => readChoice(look, field, type.of, part));
    case 'person':
    case 'unit':
      return readNamed(look, field, type.is, plain);
    case 'ref':
      return readReference(look, field, type.to, plain);
    case 'refs':
      return readAll(plain, (part) => readReference(look, field, type.to, part));
    default:
      return { value: plain };
  }
}

const wrong = (field: Field, zh: string, en: string): Refused =>
  refused({
    code: 'invalid',
    field: field.name,
    message: text(`「${field.label.zh}」${zh}`, `${field.label.en}: ${en}`),
  });

function readNumber(field: Field, plain: string): { value: Value } | Refused {
  const value = Number(plain.replace(/,/g, ''));
  return Number.isFinite(value) ? { value } : wrong(field, `「${plain}」不是數字。`, `"${plain}" is not a number.`);
}

function readDate(field: Field, plain: string): { value: Value } | Refused {
  const date = parseDate(plain);
  return isRefused(date)
    ? wrong(
        field,
        `「${plain}」不是日期；請寫 115/11/20 或 2026-11-20。`,
        `"${plain}" is no date; write 2026-11-20 or 115/11/20.`,
      )
    : { value: date };
}

const YES = new Set(['是', 'y', 'yes', 'true', '1', 'v', '✓', '有']);
const NO = new Set(['否', 'n', 'no', 'false', '0', 'x', '無']);

function readYesNo(field: Field, plain: string): { value: Value } | Refused {
  const folded = plain.toLowerCase();
  if (YES.has(folded)) return { value: true };
  return NO.has(folded)
    ? { value: false }
    : wrong(field, `「${plain}」請寫「是」或「否」。`, `"${plain}": write yes or no.`);
}

function readChoice(look: Look, field: Field, list: string, plain: string): { value: string } | Refused {
  const rows = Object.entries(look.context.definition.lists[list]?.rows ?? {});
  const found = rows.find(
    ([id, row]) =>
      [id, row.label.zh, row.label.en.toLowerCase()].includes(plain) ||
      row.label.en.toLowerCase() === plain.toLowerCase(),
  );
  if (found) return { value: found[0] };
  const offered = rows.map(([, row]) => row.label.zh).slice(0, 12);
  return wrong(
    field,
    `沒有「${plain}」這個選項；可填：${offered.join('、')}。`,
    `"${plain}" is no choice; one of: ${rows
      .map(([, row]) => row.label.en)
      .slice(0, 12)
      .join(', ')}.`,
  );
}

function readNamed(look: Look, field: Field, kind: 'person' | 'unit', plain: string): { value: string } | Refused {
  const all: { id: string; name: string }[] = Object.values(
    kind === 'person' ? look.context.directory.persons : look.context.directory.units,
  );
  const found = all.filter((one) => one.name === plain || one.id === plain);
  if (found.length === 1) return { value: found[0]!.id };
  return found.length === 0
    ? wrong(field, `找不到「${plain}」。`, `nobody and nothing is called "${plain}".`)
    : wrong(
        field,
        `有 ${found.length} 位「${plain}」，請以編號區分。`,
        `${found.length} are called "${plain}"; use the id.`,
      );
}

async function readReference(
  look: Look,
  field: Field,
  to: string,
  plain: string,
): Promise<{ value: string } | Refused> {
  const types = to === 'any' ? Object.keys(look.context.definition.records) : kindsOf(look.context.definition, to);
  const found = await sql<{
    id: string;
  }>`select id from record where organisation = ${look.organisation} and type = any(${types})
    and (number = ${plain} or title = ${plain} or id = ${plain}) limit 3`.execute(look.tx);
  if (found.rows.length === 1) return { value: found.rows[0]!.id };
  return found.rows.length === 0
    ? wrong(field, `簿冊中沒有「${plain}」。`, `"${plain}" is in no register.`)
    : wrong(field, `有多筆「${plain}」，請改填編號。`, `several are called "${plain}"; use the number.`);
}

async function readAll(
  plain: string,
  read: (part: string) => { value: string } | Refused | Promise<{ value: string } | Refused>,
): Promise<{ value: Value } | Refused> {
  const values: string[] = [];
  for (const part of plain
    .split(/[、,;；]/)
    .map((one) => one.trim())
    .filter(Boolean)) {
    const one = await read(part);
    if ('refused' in one) return one;
    values.push(one.value);
  }
  return { value: values };
}
