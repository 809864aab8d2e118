import type { Field, RecordType } from '../../kernel/pack/types.ts';

/** Fields a column of a spreadsheet can fill: what people write, but no tables and no files. */
export const columnsOf = (type: RecordType): Field[] =>
  Object.values(type.fields).filter(
    (field) => !field.is && field.section !== '_base' && !['table', 'files'].includes(field.type.is),
  );

const folded = (heading: string): string =>
  heading
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s*＊:：]|\(必填\)/g, '');

/** What offices call a column, beside the field's own name: said once here, whatever the register. */
const ALSO: Record<string, string[]> = {
  name: ['名稱', '設備名稱', '財產名稱', '電腦名稱', 'hostname'],
  address: ['ip', 'ip位址', 'ipaddress', '網路位址', 'ip位置'],
  mac: ['mac', 'mac位址', '網路卡號'],
  owner: ['保管人', '管理人', '負責人員', '使用人'],
  os: ['os', '作業平台'],
  location: ['位置', '存放地點', '放置位置'],
  kind: ['類別', '類型'],
};

/** Which field a heading means, by label or name in either language. */
export function fieldNamed(type: RecordType): (heading: string) => string | undefined {
  const fields = columnsOf(type);
  const byName = new Map<string, string>();
  for (const field of fields)
    for (const name of [field.name, field.label.zh, field.label.en]) byName.set(folded(name), field.name);
  for (const field of fields)
    for (const name of ALSO[field.name] ?? []) if (!byName.has(folded(name))) byName.set(folded(name), field.name);
  return (heading) => byName.get(folded(heading));
}

/** Headings that name a field; of two that name the same one, the first. */
export function guessMapping(type: RecordType, headings: string[]): Record<string, string> {
  const named = fieldNamed(type);
  const taken = new Set<string>();
  const pairs: [string, string][] = [];
  for (const heading of headings) {
    const field = named(heading);
    if (!field || taken.has(field)) continue;
    taken.add(field);
    pairs.push([heading, field]);
  }
  return Object.fromEntries(pairs);
}
