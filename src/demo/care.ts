import { pdf } from './paper.ts';
import type { Story } from './story.ts';

/** What keeps the procedure alive: exceptions, parameters, audits, training, reviews, monthly reports. */
export function care(story: Story): void {
  exceptions(story);
  parameters(story);
  audit(story);
  reports(story);
  training(story);
  checks(story);
  mismatch(story);
  classification(story);
}

type Asked = { key: string; who: string; subject: string; lifts: string[]; reason: string; until: string };

async function ask(story: Story, { key, who, subject, lifts, reason, until }: Asked): Promise<void> {
  await story.open(who, 'exception', key, { subject: story.id(subject), lifts });
  await story.save(who, key, {
    reason,
    risk: 'medium',
    until,
    measures: [{ what: '每週人工檢視存取紀錄', owner: story.id('tsai'), check: '檢視紀錄存查', due: until }],
  });
  await story.act(who, key, 'submit');
}

async function advise(story: Story, key: string, acceptable: boolean): Promise<void> {
  await story.save('kuo', key, { advice: acceptable ? '替代措施足以降低風險' : '宜先完成修補', acceptable });
  await story.act('kuo', key, 'advise');
}

/** One ended, one in force for long, one that ends soon, one refused, one waiting for an opinion, one for the CISO. */
function exceptions(story: Story): void {
  const granted = (n: number, one: Asked) => {
    story.on(n, '11:20', () => ask(story, one));
    story.on(n + 2, '10:40', () => advise(story, one.key, true));
    story.on(n + 4, '16:20', () => story.act('chang', one.key, 'approve'));
  };
  granted(-108, {
    key: 'exception-1',
    who: 'hsu',
    subject: 'village',
    lifts: ['go_live.capacity'],
    reason: '擴充設備尚在採購',
    until: story.day(-60),
  });
  granted(-75, {
    key: 'exception-2',
    who: 'hsu',
    subject: 'gis',
    lifts: ['go_live.recovery_written'],
    reason: '圖資系統預定年底汰換',
    until: story.date(120),
  });
  granted(-34, {
    key: 'exception-3',
    who: 'wu',
    subject: 'print1',
    lifts: ['finding.room_decided'],
    reason: '印表機原廠不再提供更新',
    until: story.date(16),
  });
  story.on(-55, '10:20', () =>
    ask(story, {
      key: 'exception-4',
      who: 'yang',
      subject: 'pay',
      lifts: ['service_request.lead_time'],
      reason: '月底常有急件',
      until: story.date(100),
    }),
  );
  story.on(-53, '11:00', () => advise(story, 'exception-4', false));
  story.on(-51, '16:00', () => story.act('chang', 'exception-4', 'refuse', { reason: '應改善排程，不宜通案放寬' }));
  story.on(-7, '11:40', () =>
    ask(story, {
      key: 'exception-5',
      who: 'hsu',
      subject: 'hr',
      lifts: ['go_live.scan_covers'],
      reason: '備援主機僅在演練時開機',
      until: story.date(150),
    }),
  );
  story.on(-5, '10:50', () => advise(story, 'exception-5', true));
  story.on(-3, '11:30', () =>
    ask(story, {
      key: 'exception-6',
      who: 'chou',
      subject: 'doc',
      lifts: ['go_live.announced'],
      reason: '夜間批次更新不影響使用者',
      until: story.date(90),
    }),
  );
  story.on(-2, '09:20', async () => {
    const lifts = ['go_live.three_passed'];
    await story.open('chou', 'exception', 'exception-7', { subject: story.id('doc'), lifts });
    await story.save('chou', 'exception-7', {
      reason: '趕時程',
      risk: 'high',
      until: story.date(30),
      measures: [{ what: '上線後補測', owner: story.id('tsai'), check: '檢測紀錄', due: story.date(20) }],
    });
    await story.refused('chou', 'exception-7', 'submit', 'liftable');
  });
}

function parameters(story: Story): void {
  story.on(-60, '15:10', async () => {
    await story.run(
      'compliance.set_parameter',
      { name: 'request_review_working_days', value: 2, reason: '管理審查決議縮短審查期限' },
      'hsieh',
    );
  });
}

/** An internal audit: its points become corrective actions, one closed, one being tracked, one unanswered. */
function audit(story: Story): void {
  const { id } = story;
  story.on(-82, '09:30', async () => {
    await story.open('tu', 'internal_audit', 'audit-1', { scope: '重要業務稽核：線上繳費系統', system: id('pay') });
    await story.save('tu', 'audit-1', {
      held_on: story.day(-82),
      none: false,
      points: [{ what: '維護人員名冊未更新', class: 'minor', handler: id('chou') }],
    });
    await story.act('tu', 'audit-1', 'conclude');
  });
  const raised = async (key: string, problem: string, handler: string, kind: string) => {
    await story.open('tu', 'corrective_action', key, { problem, class: kind, handler: id(handler), tracker: id('tu') });
  };
  story.on(-82, '14:00', () => raised('corrective-1', '備份磁碟空間告警未設門檻', 'chen', 'observation'));
  story.on(-78, '10:00', () => answer(story, 'corrective-1', 'chen', -60));
  story.on(-61, '15:00', async () => {
    await story.save('chen', 'corrective-1', {
      evidence: [await story.file('chen', '門檻設定.txt', '門檻 85%，已測試告警\n')],
    });
    await story.save('tu', 'corrective-1', { result: 'done' });
    await story.act('tu', 'corrective-1', 'close');
  });
  story.on(-70, '10:00', async () => {
    const [fromAudit] = await story.find('corrective_action', (state) => state.values.handler === id('chou'));
    await story.saveIn('tu', fromAudit!, { tracker: id('tu') });
    await story.saveIn('chou', fromAudit!, {
      root_cause: '廠商人員異動未通知',
      corrective: '更新名冊',
      preventive: '契約增列異動通知',
      done_by: story.day(-58),
      evidence: [await story.file('chou', '名冊.txt', '名冊已更新\n')],
    });
    await story.actIn('chou', fromAudit!, 'answer');
    await story.saveIn('tu', fromAudit!, { result: 'done' });
    await story.actIn('tu', fromAudit!, 'close');
  });
  story.on(-24, '10:30', () => raised('corrective-2', '離職廠商帳號逾三日未停用', 'hsu', 'minor'));
  story.on(-18, '11:00', () => answer(story, 'corrective-2', 'hsu', 5));
  story.on(-15, '13:30', () => raised('corrective-3', '測試主機時間未校時', 'wu', 'suggestion'));
}

async function answer(story: Story, key: string, who: string, due: number): Promise<void> {
  await story.save(who, key, {
    root_cause: '未納入例行檢查表',
    corrective: '立即改善並登錄',
    preventive: '納入每月檢查',
    done_by: story.day(due),
  });
  await story.act(who, key, 'answer');
}

/** A status report a month by the coordinator, an oversight report a quarter by the team lead; the newest ones still open. */
function reports(story: Story): void {
  for (const [i, n] of [-105, -84, -63, -42, -21].entries()) {
    const key = `status-${i}`;
    story.on(n, '09:05', () => story.open('hsieh', 'status_report', key, {}));
    story.on(n + 2, '16:10', async () => {
      await story.save('hsieh', key, { summary: '申請案均依期限辦理；弱點修補持續追蹤。' });
      await story.act('hsieh', key, 'publish');
    });
  }
  story.on(-1, '09:05', () => story.open('hsieh', 'status_report', 'status-5', {}));
  story.on(-62, '09:15', () => story.open('hsieh', 'oversight_report', 'oversight-1', {}));
  story.on(-55, '15:40', async () => {
    await story.save('lin', 'oversight-1', { comment: '請加速第二輪弱點修補。' });
    await story.act('lin', 'oversight-1', 'answer');
  });
  story.on(-2, '09:15', () => story.open('hsieh', 'oversight_report', 'oversight-2', {}));
}

function training(story: Story): void {
  story.on(-76, '09:20', async () => {
    await story.open('hsieh', 'training', 'training-1', { topic: '資通安全通識教育' });
    await story.save('hsieh', 'training-1', {
      held_on: story.day(-76),
      hours: 3,
      people: ['wang', 'yang', 'chiang', 'lee'].map((who, i) => ({ person: story.id(who), score: 82 + i * 4 })),
      sheet: [await story.file('hsieh', '簽到單.pdf', pdf('Attendance sheet 115-08'))],
    });
    await story.act('kuo', 'training-1', 'hold');
  });
  story.on(-6, '09:40', () => story.open('hsieh', 'training', 'training-2', { topic: '社交工程演練說明' }));
  story.on(-45, '09:00', async () => {
    await story.open('hsieh', 'announcement', 'announcement-1', { title: '社交工程演練即將開始' });
    await story.save('hsieh', 'announcement-1', { body: '下月起不定期寄送演練郵件，收到可疑郵件請通報資訊課。' });
    await story.act('hsieh', 'announcement-1', 'publish');
  });
}

/** Looks at sources, samples of data, account and supplier reviews. */
function checks(story: Story): void {
  const { id } = story;
  for (const n of [-100, -80, -60, -40, -20, -5, -3, -2]) {
    story.on(n, '08:45', async () => {
      const key = `sources${n}`;
      await story.open('tsai', 'source_check', key, {});
      await story.save('tsai', key, { sources: '資安資訊分享平台、廠商公告', none: true });
      await story.act('tsai', key, 'done');
    });
  }
  for (const [key, n, side, errors] of [
    ['sample-in', -88, 'input', 0],
    ['sample-out', -87, 'output', 2],
    ['sample-in-2', -22, 'input', 0],
  ] as const) {
    story.on(n, '14:00', async () => {
      await story.open('hsu', 'data_check', key, { system: id('pay'), side });
      await story.save('hsu', key, {
        title: side === 'input' ? '繳費資料輸入抽核' : '日結報表輸出抽核',
        sampled: 40,
        errors,
        measures: errors ? '查明報表四捨五入差異' : '無異常',
      });
      await story.act('hsu', key, 'conclude');
    });
  }
  story.on(-74, '10:40', async () => {
    await story.open('hsu', 'account_review', 'accounts-1', {
      title: '繳費系統帳號清查',
      system: id('pay'),
      environment: 'production',
    });
    await story.save('hsu', 'accounts-1', {
      accounts: [
        { account: 'yang', kind: 'personal', owner: id('yang'), rights: '收費登錄', in_matrix: true, decision: 'keep' },
        {
          account: 'hotai-svc',
          kind: 'supplier',
          rights: '唯讀',
          in_matrix: true,
          decision: 'disable',
          reason: '維護期間外停用',
        },
      ],
    });
  });
  story.on(-72, '11:20', () => story.act('huang', 'accounts-1', 'sign'));
  story.on(-8, '10:40', () =>
    story.open('hsu', 'account_review', 'accounts-2', {
      title: '村里服務網帳號清查',
      system: id('village'),
      environment: 'production',
    }),
  );
}

/** The mismatch found by sampling is followed to its cause. */
function mismatch(story: Story): void {
  const problem = async () => (await story.find('problem'))[0]!;
  story.on(-83, '10:00', async () => {
    await story.saveIn('hsu', await problem(), { cause: '報表以捨去取代四捨五入', remedy: '2.5 版修正，先以人工核對' });
    await story.actIn('hsu', await problem(), 'know');
  });
  story.on(-79, '16:00', async () => story.actIn('lin', await problem(), 'close'));
}

function classification(story: Story): void {
  const classify = async (key: string, system: string, chosen: string) => {
    await story.open('hsu', 'system_classification', key, { system: story.id(system) });
    await story.save('hsu', key, {
      name: `${system} 分級`,
      asset_value: 'moderate',
      harm: chosen,
      harm_why: '影響民眾申辦權益',
      chosen,
    });
  };
  story.on(-104, '10:00', async () => {
    await classify('class-relief', 'relief', 'moderate');
    await story.act('hsu', 'class-relief', 'submit');
  });
  story.on(-103, '14:20', () => story.act('kuo', 'class-relief', 'approve'));
  story.on(-5, '14:00', async () => {
    await classify('class-hr', 'hr', 'basic');
    await story.refused('hsu', 'class-hr', 'submit', 'strong_enough');
  });
}
