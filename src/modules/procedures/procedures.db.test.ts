import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from '../../../test/db/desk.ts';
import { type Office, openOffice } from '../../../test/db/office.ts';

/** The organisation's own procedure from a Word file to the numbers on screen, in refusals and on paper. */

const SAMPLES = join(import.meta.dirname, '../../importers/procedure/samples');
const clock = { now: new Date('2026-11-02T01:00:00Z') };
let office: Office;
let text: string;
const card = { title: '主機房管理作業要點', version: '1.0', classification: '一般', issued: '2026-09-01' };

type Clause = { level: number; number: string; text: string; heading: boolean };
type Preview = {
  clauses: (Clause & { cite: string })[];
  file: { sha256: string };
  changes: { kind: string; cite: string }[];
};
const sent = ({ clauses }: Preview): Clause[] =>
  clauses.map(({ level, number, text: words, heading }) => ({ level, number, text: words, heading }));

beforeAll(async () => {
  office = await openOffice({ clock });
});
afterAll(() => office?.close());

const chou = () => office.as('chou');
const readSample = async (name: string, of?: string): Promise<Preview> => {
  const { sha256 } = await (await chou()).upload(name, readFileSync(join(SAMPLES, name)));
  return (await chou()).ok('texts.preview', { file: sha256, ...(of ? { text: of } : {}) });
};
const get = async (asOf?: string) => (await chou()).ok('texts.get', { text, ...(asOf ? { asOf } : {}) });
const keyOf = async (cite: string) =>
  (await get()).clauses.find((clause: { cite: string }) => clause.cite === cite).key;

describe.sequential('an own procedure', () => {
  test('is recognised, confirmed and kept word for word with its document', async () => {
    const preview = await readSample('office.docx');
    expect(preview.clauses).toHaveLength(23);
    const made = await (await chou()).ok('texts.import', {
      ...card,
      file: preview.file.sha256,
      clauses: sent(preview),
    });
    text = made.text;
    const view = await get();
    expect(view).toMatchObject({
      ...card,
      edition: 1,
      file: { name: 'office.docx', sha256: preview.file.sha256 },
      settled: 0,
    });
    expect(view.clauses.map(({ cite }: { cite: string }) => cite)).toEqual(preview.clauses.map(({ cite }) => cite));
    expect(await (await chou()).ok('texts.list', {})).toHaveLength(1);
  });

  test('a long one goes into several entries of the ledger', async () => {
    const preview = await readSample('school.docx');
    const clauses = sent(preview).map((clause) => ({ ...clause, text: clause.text.padEnd(400, '。') }));
    const made = await (await chou()).ok('texts.import', { ...card, title: '通訊與作業管理程序書', clauses });
    expect((await (await chou()).ok('texts.get', { text: made.text })).clauses).toHaveLength(246);
    await (await chou()).ok('texts.withdraw', { text: made.text, reason: '測試用' });
    expect(await (await chou()).ok('texts.list', {})).toHaveLength(1);
  });

  test('is kept by the coordinator, the security officer and the CISO only', async () => {
    for (const who of ['wang', 'chen', 'chien', 'lin'] as const) {
      const clauses = [{ level: 0, number: '一、', text: '目的', heading: true }];
      const { refused } = await (await office.as(who)).call('texts.import', { ...card, title: '別的', clauses });
      expect(
        refused.map(({ code }) => code),
        who,
      ).toEqual(['by']);
    }
  });

  test('the same number twice, levels that jump, a document that is not there: refused by row', async () => {
    const clauses = [
      { level: 0, number: '一、', text: '甲', heading: false },
      { level: 2, number: '1.', text: '乙', heading: false },
      { level: 0, number: '一、', text: '丙', heading: false },
    ];
    const { refused } = await (await chou()).call('texts.import', { ...card, title: '亂的', clauses });
    expect(refused.map(({ code, line }) => [code, line])).toEqual([
      ['invalid', 2],
      ['duplicate', 3],
    ]);
    const gone = await (await chou()).call('texts.import', {
      ...card,
      title: '亂的',
      clauses: clauses.slice(0, 1),
      file: 'f'.repeat(64),
    });
    expect(gone.refused.map(({ code }) => code)).toEqual(['missing']);
  });

  test('is mapped many to many; a clause may need none, with its reason', async () => {
    const links = [
      { clause: await keyOf('參、二、（一）'), ours: ['xiluo.3.5.1', 'xiluo.5.2.2.3.3'] },
      { clause: await keyOf('參、三'), ours: ['xiluo.3.5.1'] },
      { clause: await keyOf('貳'), ours: [], why: '只說明範圍' },
    ];
    await (await chou()).ok('texts.link', { text, edition: 1, links });
    const view = await get();
    expect(view.settled).toBe(3);
    expect(Object.keys(view.ours).sort()).toEqual(['xiluo.3.5.1', 'xiluo.5.2.2.3.3']);
    const cites = await (await chou()).ok('texts.citations', {});
    expect(cites['xiluo.3.5.1'].map(({ cite }: { cite: string }) => cite)).toEqual(['參、二、（一）', '參、三']);
    const unknown = await (await chou()).call('texts.link', {
      text,
      edition: 1,
      links: [{ clause: 'c1', ours: ['nowhere.1'] }],
    });
    expect(unknown.refused.map(({ code }) => code)).toEqual(['missing']);
  });

  test('its numbers stand in refusals and on printed forms', async () => {
    const refusal = (
      await (await chou()).call('parameters.set', { name: 'scan_max_age_days', value: 45, reason: '設備老舊' })
    ).refused[0];
    expect(refusal).toMatchObject({
      clauses: ['xiluo.5.2.2.3.3'],
      cites: [{ clause: 'xiluo.5.2.2.3.3', title: card.title, cite: '參、二、（一）' }],
    });
    expect(refusal!.message.zh).toContain(`「${card.title}」參、二、（一）`);
    const record = await deskOf(office).open('chen', 'system', {
      name: '線上繳費',
      owner: office.persons.li,
      application_manager: office.persons.hsu,
      important: false,
      kinds: ['application'],
    });
    const { clauses } = await (await office.as('chen')).ok('records.get', { id: record });
    const ours = clauses.find(({ ref }: { ref?: string }) => ref !== undefined);
    await (await chou()).ok('texts.link', {
      text,
      edition: 1,
      links: [{ clause: await keyOf('參、二、（二）'), ours: [ours.id] }],
    });
    const printed = await (await office.as('chen')).send(`/api/v1/records/${record}/print.odt?numbers=both`);
    const content = strFromU8(unzipSync(new Uint8Array(await printed.arrayBuffer()))['content.xml']!);
    expect(content).toContain(card.title);
    expect(content).toContain(`參、二、（二）（${ours.ref}）`);
  });

  test('a new version carries what kept its words, and lists what changed', async () => {
    clock.now = new Date('2026-11-10T01:00:00Z');
    const preview = await readSample('office.odt', text);
    expect(preview.changes.filter(({ kind }) => kind !== 'same')).toEqual([]);
    const clauses = sent(preview).map((clause) => {
      if (clause.text === '審查申請。') return { ...clause, text: '審查申請並登錄。' };
      return clause.text.startsWith('申請單位') ? { ...clause, number: '四、' } : clause;
    });
    expect(
      (await (await chou()).call('texts.import', { text, ...card, clauses })).refused.map(({ field }) => field),
    ).toEqual(['version']);
    await (await chou()).ok('texts.import', { text, ...card, version: '2.0', clauses });
    const changes = await (await chou()).ok('texts.changes', { text });
    expect(changes.filter(({ kind }: { kind: string }) => kind !== 'same')).toMatchObject([
      { kind: 'changed', cite: '參、二、（一）', was: '審查申請。' },
      { kind: 'moved', cite: '參、四', before: '參、三' },
    ]);
    const view = await get();
    expect(view).toMatchObject({ edition: 2, settled: 3 });
    const carried = view.clauses
      .filter((clause: { carried: boolean }) => clause.carried)
      .map(({ cite }: { cite: string }) => cite);
    expect(carried).toEqual(['貳', '參、二、（二）', '參、四']);
    const late = await (await chou()).call('texts.link', { text, edition: 1, links: [{ clause: 'c1', ours: [] }] });
    expect(late.refused.map(({ code }) => code)).toEqual(['conflict']);
  });

  test('as of an earlier day the version, its mapping and its numbers are those of then', async () => {
    const then = await get('2026-11-05');
    expect(then).toMatchObject({ edition: 1, settled: 4 });
    const cites = await (await chou()).ok('texts.citations', { asOf: '2026-11-05' });
    expect(cites['xiluo.5.2.2.3.3']?.[0]?.cite).toBe('參、二、（一）');
    expect((await (await chou()).ok('texts.citations', {}))['xiluo.5.2.2.3.3']).toBeUndefined();
  });

  test('the mapping page has suggestions with their reasons', async () => {
    const { suggestions, ours } = await (await chou()).ok('texts.mapping', { text });
    const all = Object.values(suggestions).flat() as { shared: string[]; score: number }[];
    expect(all.length).toBeGreaterThan(5);
    expect(all.every(({ shared }) => shared.length > 0)).toBe(true);
    expect(ours.find(({ id }: { id: string }) => id === 'xiluo.3.5.1').citedBy).toBe(1);
  });
});

describe.sequential('a checklist of an authority', () => {
  const csv =
    '構面,題號,檢核項目,對應條文,應備佐證\n策略面,1.1,是否訂定主機房審查程序？,參、四,申請表\n,1.2,是否定期辦理弱點掃描並修補？,xiluo.5.2.2.3.3；xiluo.0,報告\n技術面,2.1,資安長是否核定？,,\n';
  let checklist: string;

  test('is read with its parts, and rows that name clauses come mapped, by our number or theirs', async () => {
    const { questions } = await (await chou()).ok('checklists.preview', { csv });
    expect(
      questions.map(({ number, part, ours }: { number: string; part: string; ours: string[] }) => [number, part, ours]),
    ).toEqual([
      ['1.1', '策略面', ['xiluo.3.5.1']],
      ['1.2', '策略面', ['xiluo.5.2.2.3.3', 'xiluo.0']],
      ['2.1', '技術面', []],
    ]);
    expect(questions[2].suggestions.length).toBeGreaterThan(0);
    const broken = await (await chou()).call('checklists.preview', { csv: '甲,乙\n1,2' });
    expect(broken.refused[0]?.message.zh).toContain('甲、乙');
  });

  test('leads to the same evidence as the clauses', async () => {
    const { questions } = await (await chou()).ok('checklists.preview', { csv });
    const given = questions.map(({ number, part, text: words, hint, ours }: Record<string, unknown>) => ({
      number,
      part,
      text: words,
      hint,
      ours,
    }));
    ({ checklist } = await (await chou()).ok('checklists.import', {
      title: '115 年度資安稽核檢核表',
      authority: '數位發展部',
      questions: given,
    }));
    await (await chou()).ok('checklists.link', { checklist, links: [{ clause: 'q3', ours: ['xiluo.3.1'] }] });
    const view = await (await office.as('chien')).ok('checklists.get', { checklist });
    expect(view).toMatchObject({ asking: 3, settled: 3 });
    expect(view.questions[2].ours).toEqual(['xiluo.3.1']);
    expect(view.ours['xiluo.3.1'].mechanisms.length).toBeGreaterThan(0);
    const early = await (await office.as('chien')).call('checklists.get', { checklist, asOf: '2026-11-05' });
    expect(early.refused.map(({ code }) => code)).toEqual(['missing']);
  });
});
