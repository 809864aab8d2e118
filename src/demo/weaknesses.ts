import type { RecordState, Values } from '../kernel/engine/types.ts';
import type { Story } from './story.ts';

/** Two rounds of scanning the office's servers, a malware detection, an advisory: findings in every state. */
export function weaknesses(story: Story): void {
  const servers = { '10.20.2.31': 'file1', '10.20.2.32': 'ad1', '10.20.2.41': 'print1', '10.20.2.60': 'anc1' };
  story.on(-115, '09:30', () => story.importOf('tsai', 'office-servers.xml', servers));
  firstRound(story);
  restOfFirstRound(story);
  story.on(-90, '08:50', () => story.importOf('tsai', 'clamscan-found.log', { local: 'file1' }));
  malware(story);
  story.on(-57, '09:30', () => story.importOf('tsai', 'office-servers-later.xml', servers));
  secondRound(story);
  advisory(story);
  byHand(story);
}

type Fits = (state: RecordState) => boolean;
const cve =
  (id: string): Fits =>
  (state) =>
    String(state.values.cve ?? '').includes(id);
const titled =
  (words: string): Fits =>
  (state) =>
    String(state.values.title ?? '').includes(words);

async function one(story: Story, fits: Fits): Promise<string> {
  const found = await story.find('finding', (state) => state.state !== 'verified' && fits(state));
  if (!found[0]) throw new Error(`demo, ${story.now()}: no such finding`);
  return found[0];
}

const assessed = (story: Story, system: string, decision: string, due: number): Values => ({
  affected: [story.id(system)],
  likelihood: 'possible',
  impact: '內部網段可達，尚無攻擊跡象',
  decision,
  due: story.day(due),
});

async function treat(story: Story, who: string, record: string, values: Values, reason: string): Promise<void> {
  await story.actIn(who, record, 'assess');
  await story.saveIn(who, record, values);
  await story.actIn(who, record, 'treat', { decision_reason: reason });
}

function firstRound(story: Story): void {
  story.on(-114, '10:00', async () => {
    for (const fits of [cve('CVE-2026-90108'), cve('CVE-2026-90230'), titled('telnet')]) {
      const record = await one(story, fits);
      await story.refusedIn('wu', record, 'treat', 'impact_assessed', { decision_reason: '修補' });
      await treat(story, 'wu', record, assessed(story, 'doc', 'patch', -100), '高風險，立即修補');
    }
  });
  story.on(-104, '16:00', async () => {
    await story.actIn('wu', await one(story, cve('CVE-2026-90108')), 'fix', { fix_detail: '升級至 3.0.9' });
    await story.actIn('wu', await one(story, titled('telnet')), 'fix', { fix_detail: '停用 telnet，改用網頁管理' });
  });
  story.on(-102, '10:00', async () => {
    await story.refusedIn('wu', await one(story, cve('CVE-2026-90108')), 'verify', 'never', { remark: '自行確認' });
    await story.actIn('tsai', await one(story, cve('CVE-2026-90108')), 'verify', { remark: '複掃未再發現' });
    await story.actIn('tsai', await one(story, titled('telnet')), 'reject_fix', { reason: '埠仍開放' });
  });
  story.on(-99, '15:00', async () =>
    story.actIn('wu', await one(story, titled('telnet')), 'fix', { fix_detail: '關閉埠並重啟' }),
  );
  story.on(-98, '09:40', async () =>
    story.actIn('tsai', await one(story, titled('telnet')), 'verify', { remark: '已關閉' }),
  );
  story.on(-112, '14:00', async () => {
    const printing = await one(story, titled('jetdirect'));
    await story.actIn('wu', printing, 'assess');
    await story.saveIn('wu', printing, assessed(story, 'hr', 'accept', -90));
  });
  story.on(-110, '15:30', async () => {
    const accepting = { decision_reason: '僅管理網段可達，更換印表機前接受', review_on: story.date(45) };
    await story.actIn('kuo', await one(story, titled('jetdirect')), 'accept', accepting);
  });
  story.on(-111, '10:30', async () => {
    const directory = await one(story, titled('ldap'));
    await story.actIn('wu', directory, 'assess');
    await story.saveIn('wu', directory, assessed(story, 'doc', 'accept', -80));
  });
  story.on(-109, '15:30', async () => {
    const accepting = { decision_reason: '將於換機時啟用加密', review_on: story.day(-4) };
    await story.actIn('kuo', await one(story, titled('ldap')), 'accept', accepting);
  });
}

/** What is not grave is restricted, lives with a reason, or drags on. */
function restOfFirstRound(story: Story): void {
  const open = (words: string) => one(story, titled(words));
  story.on(-112, '16:00', async () => {
    await treat(story, 'wu', await open('tcp/3389'), assessed(story, 'doc', 'mitigate', -96), '限管理網段連入');
    await treat(story, 'wu', await open('tcp/445'), assessed(story, 'doc', 'mitigate', -96), '限公務電腦連入');
    await treat(story, 'wu', await one(story, cve('CVE-2026-90305')), assessed(story, 'hr', 'patch', -5), '待原廠更新');
  });
  story.on(-110, '16:10', async () => {
    const accepting = { decision_reason: '已限制來源，換機前接受', review_on: story.date(60) };
    await story.actIn('kuo', await open('tcp/3389'), 'accept', accepting);
    await story.actIn('kuo', await open('tcp/445'), 'accept', accepting);
  });
}

function malware(story: Story): void {
  story.on(-90, '09:40', async () => {
    const trojan = await one(story, titled('Mudskipper'));
    await treat(story, 'wu', trojan, assessed(story, 'doc', 'patch', -88), '立即隔離並刪除');
    await story.open('wang', 'incident', 'incident-malware', {
      symptom: '公用資料夾出現不明程式，防毒跳出警示',
      class: 'malware',
      found_at: story.moment(-90, '08:40'),
      impact: '檔案伺服器公用資料夾',
    });
  });
  story.on(-90, '10:10', async () => {
    await story.act('tsai', 'incident-malware', 'handle', { class: 'malware' });
    await story.act('tsai', 'incident-malware', 'note', { remark: '隔離檔案、保留樣本雜湊' });
    await story.open('tsai', 'evidence_item', 'evidence-malware', {
      what: '惡意程式樣本',
      case: story.id('incident-malware'),
      custodian: story.id('tsai'),
    });
    await story.save('tsai', 'evidence-malware', {
      place: '檔案伺服器 /srv/share/public',
      original: story.id('sample').replaceAll('-', '').repeat(2),
    });
    await story.act('tsai', 'evidence-malware', 'keep');
  });
  story.on(-89, '11:00', async () => {
    const trojan = await one(story, titled('Mudskipper'));
    await story.actIn('wu', trojan, 'fix', { fix_detail: '刪除檔案，來源電腦重灌' });
  });
  story.on(-88, '10:00', async () => {
    await story.actIn('tsai', await one(story, titled('Mudskipper')), 'verify', { remark: '全碟重掃無偵測' });
    await story.save('tsai', 'incident-malware', {
      timeline: [
        { at: story.moment(-90, '08:40'), step: '發現', by_whom: '王雅婷' },
        { at: story.moment(-90, '10:10'), step: '隔離', by_whom: '蔡宗翰' },
      ],
      recovered_at: story.moment(-89, '12:00'),
      outcome: '無資料外洩跡象，已加強公用資料夾掃描',
    });
    await story.act('kuo', 'incident-malware', 'conclude');
  });
  story.on(-4, '11:10', () =>
    story.open('yang', 'incident', 'incident-slow', {
      symptom: '繳費頁面間歇性逾時',
      class: 'service',
      found_at: story.now(),
      system: story.id('pay'),
    }),
  );
  story.on(-4, '13:20', () => story.act('tsai', 'incident-slow', 'handle', { class: 'service' }));
}

function secondRound(story: Story): void {
  story.on(-56, '10:00', async () => {
    await treat(story, 'wu', await one(story, cve('CVE-2026-90519')), assessed(story, 'doc', 'patch', -40), '安排更新');
    await treat(
      story,
      'wu',
      await one(story, titled('ftp')),
      assessed(story, 'hr', 'mitigate', 12),
      '先以防火牆限制來源',
    );
  });
  story.on(-41, '15:00', async () => {
    await story.actIn('wu', await one(story, cve('CVE-2026-90519')), 'fix', { fix_detail: '更新至 2.5' });
  });
  story.on(-39, '10:00', async () => {
    await story.actIn('tsai', await one(story, cve('CVE-2026-90519')), 'verify', { remark: '版本已更新' });
  });
  story.on(-8, '15:00', async () => {
    const ftp = await one(story, titled('ftp'));
    await story.actIn('wu', ftp, 'fix', { fix_detail: '已停用 FTP，改用加密傳輸' });
  });
}

/** An advisory is matched with every system; what is affected becomes a finding with a day. */
function advisory(story: Story): void {
  story.on(-28, '08:40', async () => {
    await story.open('tsai', 'advisory', 'advisory-1', {
      title: 'Tamsui Web 4.2 標頭處理弱點',
      source: '資安資訊分享平台',
      severity: 'medium',
      cve: 'CVE-2026-90377',
      published_on: story.day(-29),
      products: 'Tamsui Web 4.2 以前',
    });
  });
  story.on(-26, '15:20', async () => {
    const { values } = await story.stateOf(story.id('advisory-1'));
    const rows = (values.matches ?? []) as { id: string; source?: string }[];
    const matches = rows.map(({ id, source }) =>
      source === story.id('relief')
        ? { id, affected: true, treatment: '更新至 4.2.2', due: story.day(14) }
        : { id, affected: false },
    );
    await story.save('tsai', 'advisory-1', { matches });
    await story.act('tsai', 'advisory-1', 'settle');
  });
  story.on(-24, '11:00', async () => {
    const header = await one(story, titled('標頭處理'));
    const decided = { ...assessed(story, 'relief', 'patch', 9), system_decision: 'patch' };
    await treat(story, 'hsu', header, decided, '併 1.1 版更新');
  });
  story.on(-1, '09:20', () =>
    story.open('tsai', 'advisory', 'advisory-2', {
      title: 'Yushan Directory 權限提升',
      source: '廠商通報',
      severity: 'high',
      cve: 'CVE-2026-90610',
      published_on: story.day(-1),
    }),
  );
}

/** What a supplier tested is registered by hand with its report, and counts once a second person confirmed it. */
function byHand(story: Story): void {
  story.on(-48, '10:30', async () => {
    await story.open('hsu', 'registered_result', 'byhand-1', {
      title: '廠商滲透測試報告',
      kind: 'vulnerability_scan',
      system: story.id('doc'),
      targets: [story.id('app1')],
      tool: '人工滲透測試',
      tool_version: '115-2',
      finished_at: story.moment(-49, '17:00'),
      patched_on: story.day(-49),
      critical: 0,
      high: 0,
      medium: 0,
      low: 0,
      files: [await story.file('hsu', '滲透測試報告.txt', '無中高風險發現\n')],
    });
    await story.act('hsu', 'byhand-1', 'submit');
  });
  story.on(-47, '10:00', async () => {
    await story.refused('hsu', 'byhand-1', 'confirm', 'by');
    await story.act('tsai', 'byhand-1', 'confirm');
  });
  story.on(-2, '16:20', async () => {
    await story.open('wu', 'registered_result', 'byhand-2', {
      title: '檔案伺服器防毒掃描',
      kind: 'malware_scan',
      targets: [story.id('file1')],
      tool: 'Endpoint Shield',
      tool_version: '7.2',
      signature_date: story.day(-2),
      finished_at: story.now(),
      detections: 0,
      files: [await story.file('wu', 'shield.txt', '偵測 0\n')],
    });
    await story.act('wu', 'byhand-2', 'submit');
  });
}
