import { describe, expect, test } from 'vitest';
import { folder, miniature } from '../../../test/packs/folder.ts';
import { edited, office } from '../../../test/unit/diagnostics/office.ts';
import { compile } from './compile.ts';
import {
  actionSentence,
  clauseMechanisms,
  dutySentence,
  gateSentence,
  monitorSentence,
  retentionSentence,
} from './sentences.ts';

const definition = compile(office).definition!;

describe('gates', () => {
  test('say which acts need what, with labels, parameter and unit', () => {
    expect(gateSentence(definition, 'release', 'scan_recent')).toEqual({
      zh: '「送出」、「核可」需要每一筆主機都符合：該項最近一次弱點掃描的完成時間不早於 30 日（掃描有效天數）前；否則拒絕，除非有核准的例外。',
      en: '“Submit” and “Approve” need this for each of the hosts: the finish time of the latest scan of it is no earlier than 30 days (oldest scan accepted) ago; otherwise it is refused, unless an approved exception lifts it.',
    });
  });

  test('say a set by what it asks for', () => {
    expect(gateSentence(definition, 'release', 'tested')).toEqual({
      zh: '「核可」需要：「全數合格」為是，且沒有本件的弱點（狀態不是「已修正」）；否則拒絕，不得免除。',
      en: '“Approve” needs this: “All passed” is yes, and there is no finding of this case (the state is not “Fixed”); otherwise it is refused, and no exception lifts it.',
    });
  });

  test.each([
    [
      'given(note) && !given(planned)',
      '「說明」已填，且「預定時間」未填',
      '“Note” is filled in, and “Planned” is empty',
    ],
    ["kind in ['new', 'patch']", '種類為「新系統」、「修補」之一', 'the kind is “New system” or “Patch”'],
    [
      "!(kind == 'new' || passed)",
      '種類不是「新系統」，且「全數合格」為否',
      'the kind is not “New system”, and “All passed” is no',
    ],
    ['planned <= now + months(2)', '預定時間不晚於現在起 2 個月後', 'the planned is no later than 2 months from now'],
    [
      "steps.exists(s, s.result == 'fail')",
      '有一筆步驟，其結果為「不合格」',
      'at least one of the steps is such that its result is “Fail”',
    ],
    [
      'acts.submit.at < now - workdays(3)',
      '「送出」的時間早於 3 個工作日前',
      'the time of “Submit” is before 3 working days ago',
    ],
    ['given(passed) && passed', '「全數合格」為是', '“All passed” is yes'],
    [
      '!(given(note) && passed) && given(planned)',
      '（「說明」未填，或「全數合格」為否），且「預定時間」已填',
      '(“Note” is empty, or “All passed” is no), and “Planned” is filled in',
    ],
    ['has_role(requester, "auditor")', '申請人擔任 auditor', 'the requester holds the role auditor'],
  ])('%s', (holds, zh, en) => {
    const files = edited({
      in: 'records/release.yaml',
      replace: 'holds: passed && flaws.size() == 0',
      by: `holds: ${JSON.stringify(holds)}`,
    });
    const said = gateSentence(compile(files).definition!, 'release', 'tested');
    expect(said.zh).toBe(`「核可」需要：${zh}；否則拒絕，不得免除。`);
    expect(said.en).toBe(`“Approve” needs this: ${en}; otherwise it is refused, and no exception lifts it.`);
  });
});

test('an act says who, from where to where, who never, and what follows', () => {
  expect(actionSentence(definition, 'release', 'approve')).toEqual({
    zh: '由機房管理人員、副管理人員辦理「核可」並簽核，由「審查」到「核可」；申請人本人不得為之。',
    en: '“Approve” is done and sealed by the machine-room manager or the deputy manager, from “Review” to “Approved”; never by the requester.',
  });
  expect(actionSentence(definition, 'release', 'refuse')).toEqual({
    zh: '由機房管理人員辦理「不核可」，由「審查」到「不核可」；填寫「理由」；同時為每一筆「步驟」的項目（結果為「不合格」）開立「弱點」，由申請人辦理，期限 5 個工作日，並通知申請人。',
    en: '“Refuse” is done by the machine-room manager, from “Review” to “Refused”; it asks for “Reason”; it opens a finding for each line of “Steps” (the result is “Fail”), for the requester to handle, due within 5 working days and tells the requester.',
  });
});

test('a duty says how often, for what, by whom, with what proof and until when', () => {
  expect(dutySentence(definition, 'review')).toEqual({
    zh: '每 6 個月（審查週期），每一主機（「列入巡查」為是、狀態為「使用中」）由負責人完成「主機審查」，期限 10 個工作日；逾期 1 個工作日通知機房管理人員。',
    en: 'Every 6 months (review interval), the owner completes a host review for each host (“Inspected” is yes and the state is “In use”), due within 10 working days; 1 working day late, tells the machine-room manager.',
  });
});

test('a monitor says what is measured, when it alerts and what then', () => {
  expect(monitorSentence(definition, 'storage')).toEqual({
    zh: '每 5 分鐘，為每一主機（「列入巡查」為是）量測本主機的使用率；讀值不低於 85，持續 15 分鐘，即示警，開立「弱點」，由負責人辦理，期限 1 個工作日。',
    en: 'Every 5 minutes, the use of this host in percent is measured for each host (“Inspected” is yes); an alert is raised when the value is at least 85 for 15 minutes, and it opens a finding, for the owner to handle, due within 1 working day.',
  });
});

test('retention says how long, from when and by whom it ends', () => {
  expect(retentionSentence(definition, 'release')).toEqual({
    zh: '「上線單」自結案起保存 5 年；期滿由單位主管處置並留銷毀證明。',
    en: 'Each release form is kept for 5 years from its closing; then the unit head disposes of it and leaves a certificate of destruction.',
  });
  expect(retentionSentence(definition, 'host')).toBeUndefined();
});

test('people of one group that another asks for more closely are said once', () => {
  const shipped = compile(['base', 'exceptions', 'xiluo'].flatMap((name) => folder(`packs/${name}`))).definition!;
  expect(actionSentence(shipped, 'policy_document', 'publish').zh).toMatch(
    /^由資安長、單位主管（限文件種類不是「管理程序」、「資通安全政策」時）辦理「核定發布」並簽核，/,
  );
  expect(actionSentence(shipped, 'contract', 'approve').zh).toContain('由承辦人的單位主管，並由資安專責人員（限');
});

test('a clause lists what realises it, each with a sentence and where it is', () => {
  const found = clauseMechanisms(definition, 'office.2');
  expect(found.map(({ kind, name, go }) => ({ kind, name, go }))).toEqual([
    { kind: 'gate', name: 'gate.release.scan_recent', go: 'release.list' },
    { kind: 'gate', name: 'gate.release.tested', go: 'release.list' },
  ]);
  expect(clauseMechanisms(definition, 'no.such')).toEqual([]);
});

test.each([
  ['the packs we ship', ['base', 'exceptions', 'xiluo', 'evidence'].flatMap((name) => folder(`packs/${name}`))],
  ['the miniatures', [...folder('packs/base'), ...['xiluo', 'taoyuan', 'twvs', 'dahe', 'mobile4g'].flatMap(miniature)]],
])('no sentence of %s still speaks CEL', (_, files) => {
  const all = compile(files).definition!;
  for (const clause of Object.keys(all.clauses)) {
    for (const { sentence, name } of clauseMechanisms(all, clause)) {
      for (const words of [sentence.zh, sentence.en]) {
        expect(words, name).not.toMatch(/&&|\|\||==|undefined|\[object|\w\(|acts\.|param\.| {2}/);
        expect(words.length, name).toBeGreaterThan(4);
      }
    }
  }
});
