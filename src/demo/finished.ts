import {
  accept,
  announce,
  type Case,
  capacity,
  endorse,
  failInstallation,
  fill,
  formOf,
  install,
  pass,
  passTests,
  prepare,
  scan,
  submit,
} from './go-live.ts';
import { pdf } from './paper.ts';
import { release } from './registers.ts';
import type { Story } from './story.ts';

/** Go-lives that came to their end, each by another way. */
export function finished(story: Story): void {
  smooth(story);
  returned(story);
  failedAndRetested(story);
  majorUpdate(story);
  realData(story);
}

/** Everything in order, from the application to the archive. */
function smooth(story: Story): void {
  const one: Case = {
    key: 'pay24',
    system: 'pay',
    kind: 'change',
    requester: 'yang',
    head: 'huang',
    release: 'pay-2.4',
    previous: 'pay-2.3',
    hosts: ['web1'],
    planned: -106,
    affects: true,
    installer: 'hsu',
  };
  story.on(-119, '09:20', () => release(story, 'pay-2.4', 'pay', '2.4', 'pay-2.3'));
  story.on(-118, '10:00', () => fill(story, one));
  story.on(-117, '09:00', async () => {
    await capacity(story, 'capacity-115-1', ['web1', 'web2', 'web3', 'app1', 'app3']);
    await scan(story, one);
  });
  story.on(-117, '11:10', () => submit(story, one));
  story.on(-116, '09:30', () => endorse(story, one));
  story.on(-115, '14:00', () => accept(story, one));
  story.on(-114, '10:00', () => prepare(story, one));
  story.on(-113, '15:00', () => passTests(story, one));
  story.on(-112, '09:30', async () => {
    await pass(story, one);
    await story.comment('chen', formOf(one), '三項檢測均合格，請依排程安裝。');
  });
  story.on(-111, '10:00', () => announce(story, one));
  install(story, one);
}

/** Sent back for a missing report; the scan has grown too old meanwhile and has to be made again. */
function returned(story: Story): void {
  const one: Case = {
    key: 'village32',
    system: 'village',
    kind: 'change',
    requester: 'wang',
    head: 'lee',
    release: 'village-3.2',
    previous: 'village-3.1',
    hosts: ['web2'],
    planned: -84,
    installer: 'hsu',
  };
  story.on(-112, '14:00', () => release(story, 'village-3.2', 'village', '3.2', 'village-3.1'));
  story.on(-112, '15:00', () => fill(story, one, { form: { documents: [] } }));
  story.on(-111, '09:10', () => scan(story, one));
  story.on(-110, '10:00', () => story.refused('wang', formOf(one), 'submit', 'required.documents'));
  story.on(-109, '10:30', async () => {
    const slots = ['install_manual', 'network_diagram', 'recovery_plan'];
    const documents = slots.map((slot) =>
      story.file('wang', `${slot}-village-3.2.pdf`, pdf(`${slot} village 3.2`), slot),
    );
    await story.save('wang', formOf(one), { documents: await Promise.all(documents) });
    await submit(story, one);
  });
  story.on(-108, '09:40', () => endorse(story, one));
  story.on(-106, '15:10', () =>
    story.act('chen', formOf(one), 'send_back', {
      deficient: ['recovery_plan'],
      reason: '備援及復原計畫未述及還原步驟',
    }),
  );
  story.on(-88, '09:50', async () => {
    await story.comment('wang', formOf(one), '復原計畫已補充，請再審。');
    await story.refused('wang', formOf(one), 'submit', 'scan_recent');
  });
  story.on(-87, '14:30', () => scan(story, one));
  story.on(-87, '16:00', () => submit(story, one));
  story.on(-86, '09:20', () => endorse(story, one));
  story.on(-86, '14:00', () => accept(story, one));
  story.on(-85, '09:30', () => prepare(story, one));
  story.on(-85, '15:00', () => passTests(story, one));
  story.on(-85, '16:30', () => pass(story, one));
  install(story, one);
}

/** A new system: the first test fails, a corrected release voids the seals, which are owed and renewed; the retest passes. */
function failedAndRetested(story: Story): void {
  const { id } = story;
  const one: Case = {
    key: 'relief10',
    system: 'relief',
    kind: 'new_system',
    requester: 'wang',
    head: 'lee',
    release: 'relief-1.0',
    hosts: ['web3'],
    planned: -52,
    affects: true,
    installer: 'hsu',
  };
  const mended: Case = { ...one, release: 'relief-1.0.1' };
  requirement(story);
  story.on(-80, '09:30', () => release(story, 'relief-1.0', 'relief', '1.0'));
  story.on(-79, '10:00', () => fill(story, one));
  story.on(-78, '13:30', () => scan(story, one));
  story.on(-78, '15:20', () => submit(story, one));
  story.on(-77, '09:10', () => endorse(story, one));
  story.on(-75, '10:30', () => accept(story, one));
  story.on(-74, '09:30', () => prepare(story, one));
  story.on(-73, '14:00', () => passTests(story, one, ['backup_restore', 'security']));
  story.on(-73, '15:30', () => failInstallation(story, one));
  story.on(-73, '16:20', async () => {
    await story.refused('chen', formOf(one), 'pass', 'three_passed');
    await story.act('chen', formOf(one), 'fail', { reason: '安裝手冊缺權限設定，啟動逾時' });
  });
  story.on(-72, '10:00', () => story.refused('wang', formOf(one), 'retest', 'corrected'));
  story.on(-71, '11:00', async () => {
    await release(story, 'relief-1.0.1', 'relief', '1.0.1');
    const flaws = await story.find('finding', (finding) => finding.values.case === id(formOf(one)));
    for (const flaw of flaws) {
      await story.actIn('wang', flaw, 'fix', {
        fix_detail: '修正安裝程式並補充手冊',
        new_document: '安裝手冊 1.1',
        new_release: id('relief-1.0.1'),
      });
    }
  });
  story.on(-70, '09:40', () => story.save('wang', formOf(one), { release: id('relief-1.0.1') }));
  story.on(-70, '10:00', () => submit(story, one));
  story.on(-69, '09:30', () => endorse(story, one));
  story.on(-69, '14:00', () => story.act('chen', formOf(one), 'accept', { opinion: '修正版文件齊備' }));
  story.on(-68, '09:30', () => story.act('wang', formOf(one), 'retest'));
  story.on(-67, '10:00', async () => {
    await scan(story, one);
    await prepare(story, one);
  });
  story.on(-66, '15:00', () => passTests(story, mended));
  story.on(-65, '09:30', async () => {
    const flaws = await story.find('finding', (finding) => finding.values.case === id(formOf(one)));
    for (const flaw of flaws) await story.actIn('tsai', flaw, 'verify', { remark: '重測相符' });
    await pass(story, one);
  });
  story.on(-60, '10:00', () => announce(story, mended));
  install(story, mended);
}

/** What a new system needs first: the security-requirement analysis, and a specification that carries it. */
function requirement(story: Story): void {
  const { id } = story;
  story.on(-96, '10:00', async () => {
    await story.open('wang', 'security_requirement', 'requirement-relief', { system: id('relief') });
    await story.save('wang', 'requirement-relief', requirementValues(story));
  });
  story.on(-94, '14:30', () => story.act('wang', 'requirement-relief', 'complete'));
  story.on(-93, '10:00', async () => {
    await story.open('hsieh', 'policy_document', 'spec-relief', {
      title: '急難救助申辦系統需求規格',
      kind: 'specification',
      system: id('relief'),
      code: 'SPEC-115-02',
      edition: '1.0',
    });
    await story.save('hsieh', 'spec-relief', {
      body: [await story.file('hsieh', 'spec-relief.pdf', pdf('Requirement specification of relief'))],
      requirement: id('requirement-relief'),
      annex: [await story.file('hsieh', 'spec-relief-annex.pdf', pdf('Security-requirement annex of relief'))],
      annexed_at: story.now(),
    });
    await story.act('hsieh', 'spec-relief', 'submit');
  });
  story.on(-92, '10:00', () => story.act('lin', 'spec-relief', 'agree', { review_opinion: '附件為最新' }));
  story.on(-91, '16:00', () => story.act('chang', 'spec-relief', 'publish'));
}

function requirementValues(story: Story) {
  const yes = (...questions: string[]) => questions.map((source) => ({ source, answer: 'yes' }));
  return {
    name: '急難救助申辦系統建置',
    occasion: 'new_development',
    duties: [{ article: '個人資料保護法第 18 條', control: '指定專人辦理安全維護' }],
    law_questions: yes('laws_listed', 'contracts_listed'),
    confidentiality: 'moderate',
    confidentiality_why: '含申請人財務狀況',
    integrity: 'moderate',
    integrity_why: '影響補助核發',
    availability: 'basic',
    availability_why: '可改以紙本受理',
    data: [
      {
        name: '申請人資料',
        class: 'sensitive',
        transit: 'TLS 1.3',
        rest: '資料庫欄位加密',
        integrity: 'message_authentication_code',
      },
    ],
    cia_questions: yes('transit', 'rest', 'tamper', 'outage'),
    matrix: [
      { who_may: '申請人', right: '查看本人案件' },
      { who_may: '承辦人', right: '審核' },
    ],
    trail: [{ event: '登入與審核' }],
    access_questions: yes('rights', 'reviewed', 'audited'),
    system_files: '設定檔僅系統管理者可讀寫',
    backup_scope: '資料庫、上傳檔案、設定檔',
    interfaces: [{ name: '線上申請表', check: '欄位格式與身分證字號檢核' }],
    controls: [
      { what: '最小權限', kind: 'preventive', owner: story.id('hsu') },
      { what: '異常登入告警', kind: 'detective', owner: story.id('tsai'), monitor: '登入失敗次數' },
    ],
    file_questions: yes('system_files', 'leakage', 'backup'),
  };
}

/** A large version step: first tried on a test host and confirmed, then the go-live. */
function majorUpdate(story: Story): void {
  const { id } = story;
  const one: Case = {
    key: 'doc51',
    system: 'doc',
    kind: 'major_update',
    requester: 'chou',
    head: 'lin',
    release: 'doc-5.1',
    previous: 'doc-5.0',
    hosts: ['app1'],
    planned: -34,
    affects: true,
    installer: 'wu',
  };
  const confirmation = 'confirm-doc51';
  story.on(-50, '09:30', () => release(story, 'doc-5.1', 'doc', '5.1', 'doc-5.0'));
  story.on(-49, '10:00', async () => {
    await story.open('chou', 'security_update_confirmation', confirmation, { system: id('doc') });
    await story.save('chou', confirmation, {
      title: '公文系統主版本升級',
      update_id: 'QL-2026-051',
      release: id('doc-5.1'),
      product: '公文管理系統 5.0',
      published_on: story.day(-53),
      known_on: story.day(-52),
      due: story.day(-30),
      source: '廠商通報',
      affected: [id('doc')],
      threat: '附件預覽元件可被遠端執行程式',
      decision: 'patch',
      decision_reason: '升級即排除，測試無相容問題',
      test_host: id('lab1'),
    });
    await story.act('chou', confirmation, 'submit');
  });
  story.on(-46, '16:00', async () => {
    await story.save('chou', confirmation, {
      tested_on: story.day(-46),
      tested_by: id('chou'),
      cases: [
        { what: '收文至歸檔全程', result: 'pass' },
        { what: '附件預覽', result: 'pass' },
      ],
      no_effect: true,
      rollback: '還原 5.0 套件與資料庫備份',
    });
    await story.act('chou', confirmation, 'conclude');
  });
  story.on(-45, '10:00', () => fill(story, one));
  story.on(-44, '09:10', () => scan(story, one));
  story.on(-44, '11:00', () => story.refused('chou', formOf(one), 'submit', 'major_tested'));
  story.on(-44, '14:30', () => story.act('chen', confirmation, 'confirm', { remark: '測試紀錄完整' }));
  story.on(-44, '15:40', () => submit(story, one));
  story.on(-43, '09:20', () => endorse(story, one));
  story.on(-42, '10:00', () => accept(story, one));
  story.on(-41, '09:30', () => prepare(story, one));
  story.on(-40, '15:00', () => passTests(story, one));
  story.on(-40, '16:40', () => pass(story, one));
  story.on(-39, '10:00', () => announce(story, one));
  install(story, one);
}

/** Tested with real data: authorised, compared, used, deleted and witnessed before anything is installed. */
function realData(story: Story): void {
  const { id } = story;
  const one: Case = {
    key: 'hr72',
    system: 'hr',
    kind: 'change',
    requester: 'chou',
    head: 'lin',
    release: 'hr-7.2',
    previous: 'hr-7.1',
    hosts: ['app3'],
    planned: -18,
    testData: 'real',
    installer: 'wu',
  };
  const copy = 'copy-hr';
  story.on(-30, '09:30', () => release(story, 'hr-7.2', 'hr', '7.2', 'hr-7.1'));
  story.on(-29, '10:00', () => fill(story, one));
  story.on(-28, '10:30', () => scan(story, one));
  story.on(-28, '14:00', () => submit(story, one));
  story.on(-27, '09:30', () => endorse(story, one));
  story.on(-26, '10:00', () => accept(story, one));
  story.on(-26, '11:00', async () => {
    await story.open('chou', 'test_data_copy', copy, { system: id('hr') }, { origin: id(formOf(one)) });
    await story.save('chou', copy, {
      purpose: '驗證年度差假結算',
      tables: 'leave_balance, employee',
      row_count: 126,
      personal: true,
      personal_fields: '姓名、差假紀錄',
      host: id('lab1'),
      until: story.day(-21),
    });
    await story.act('chou', copy, 'submit');
  });
  story.on(-26, '14:20', async () => {
    await story.save('chen', formOf(one), {
      environment: [{ host: id('lab1'), line: '差勤測試主機', ready: true, patched_on: story.day(-26) }],
    });
    await story.refused('chen', formOf(one), 'prepare', 'real_data_released');
  });
  story.on(-25, '10:00', () => story.act('chang', copy, 'approve'));
  story.on(-25, '11:00', () => story.act('lin', copy, 'approve'));
  story.on(-25, '14:00', async () => {
    await story.save('chen', copy, { compared: true, extra: [{ account: 'tester01', right: '讀取', settled: true }] });
    await story.act('chen', copy, 'release');
    await story.act('chen', formOf(one), 'prepare');
  });
  story.on(-23, '15:00', () => passTests(story, one));
  story.on(-22, '09:40', () => pass(story, one));
  story.on(-21, '16:30', async () => {
    await story.refused('wu', formOf(one), 'install', 'real_data_gone', { installed_release: id('hr-7.2') });
    const [destruction] = await story.find('data_destruction', (one) => one.values.copy === id(copy));
    await story.saveIn('chen', destruction!, {
      way: 'overwrite',
      done_by: id('chen'),
      done_at: story.now(),
      proof: [await story.file('chen', 'wipe-lab1.txt', '覆寫完成，核對無殘留\n')],
    });
    await story.actIn('chen', destruction!, 'done');
  });
  story.on(-20, '10:00', async () => {
    const [destruction] = await story.find('data_destruction', (one) => one.values.copy === id(copy));
    await story.actIn('tsai', destruction!, 'verify', { remark: '現場確認' });
  });
  install(story, one);
}
