import { pdf } from './paper.ts';
import { PERSONS } from './people.ts';
import type { Story } from './story.ts';

/** Policies and procedures in force, and what each important system must have written before it goes live. */
export function documents(story: Story): void {
  story.on(-126, '15:00', () => draft(story, 'doc-policy', '資通安全政策', 'security_policy', 'ISMS-A-01', '115.1'));
  story.on(-126, '15:30', () =>
    draft(story, 'doc-procedure', '資訊系統開發與維護管理程序', 'procedure', 'ISMS-B-07', '115.1'),
  );
  for (const key of ['doc-policy', 'doc-procedure']) {
    story.on(-125, '10:30', () => story.act('lin', key, 'agree', { review_opinion: '與現行作業相符' }));
    story.on(-125, '16:10', () => story.act('chang', key, 'publish'));
  }
  const office = PERSONS.map(({ key }) => key);
  story.on(-124, '09:05', () => readAll(story, ['wang', 'yang', 'chen', 'lee', 'hsu']));
  // Everybody looks every second week; the last notices before today are still new, and one colleague forgets.
  for (let n = -118; n <= -8; n += 10)
    story.on(n, '13:05', () => readAll(story, n > -30 ? office.filter((key) => key !== 'chiang') : office));
  for (const system of ['pay', 'village', 'relief', 'doc', 'hr']) controls(story, system);
  for (const system of ['pay', 'village', 'relief', 'doc', 'hr', 'gis']) recovery(story, system);
  for (const system of ['pay', 'relief', 'doc']) backups(story, system);
  revision(story);
}

async function draft(
  story: Story,
  key: string,
  title: string,
  kind: string,
  code: string,
  edition: string,
): Promise<void> {
  await story.open('hsieh', 'policy_document', key, { title, kind, code, edition });
  await story.save('hsieh', key, {
    summary: `${title}之目的、範圍與權責`,
    body: [
      await story.file(
        'hsieh',
        `${code}.pdf`,
        pdf(`${code} edition ${edition}`, ['Purpose, scope, responsibilities, work.']),
      ),
    ],
    effective_on: story.day(-125),
  });
  await story.act('hsieh', key, 'submit');
}

/** People open what they were told: those notices are read, the others stay unread. */
export async function readAll(story: Story, people: string[]): Promise<void> {
  for (const person of people) {
    const notices = await story.noticesOf(person);
    if (notices.length > 0) await story.run('notices.read', { notices: notices.slice(0, 200) }, person);
    const asked = await story.noticesOf(person, 'unacknowledged');
    for (const notice of asked) await story.run('notices.acknowledge', { notice }, person);
  }
}

/** The security-controls document of a system: agreed by one head of the unit, published by the other. */
function controls(story: Story, system: string): void {
  const key = `controls-${system}`;
  story.on(-123, '10:00', async () => {
    await story.open('hsieh', 'policy_document', key, {
      title: `${nameOf[system]}安控措施`,
      kind: 'security_controls',
      system: story.id(system),
      code: `ISMS-D-${system}`,
      edition: '1.0',
    });
    await story.save('hsieh', key, {
      body: [await story.file('hsieh', `controls-${system}.pdf`, pdf(`Security controls of ${system}`))],
    });
    await story.act('hsieh', key, 'submit');
  });
  story.on(-122, '09:40', () => story.act('lin', key, 'agree', { review_opinion: '同意' }));
  story.on(-121, '15:20', () => story.act('chang', key, 'publish'));
}

function recovery(story: Story, system: string): void {
  const key = `recovery-${system}`;
  story.on(-122, '11:00', async () => {
    await story.open('hsu', 'continuity_plan', key, {
      name: `${nameOf[system]}回復程序`,
      system: story.id(system),
      steps: [
        { what: '停止服務並公告', who_does: '主機房管理人員', minutes: 15 },
        { what: '以最近備份還原資料庫', who_does: '資料庫管理人員', minutes: 90 },
        { what: '驗證並恢復服務', who_does: '應用系統管理人員', minutes: 30 },
      ],
      contacts: '機房分機 310；廠商見聯絡窗口',
    });
  });
  story.on(-121, '11:00', () => story.act('lin', key, 'approve'));
}

/** A backup plan approved, and a restore that was tried and matched. */
function backups(story: Story, system: string): void {
  const { id } = story;
  const plan = `backup-${system}`;
  story.on(-121, '13:30', async () => {
    await story.open('hsu', 'backup_plan', plan, {
      name: `${nameOf[system]}備份計畫`,
      system: id(system),
      items: [
        {
          what: '資料庫',
          how: '每日完整備份',
          frequency: '每日 01:00',
          place: '備份主機及離線碟',
          offsite: true,
          generations: 14,
        },
        { what: '設定與程式', how: '版本庫', frequency: '每次變更', place: '版本庫', offsite: true, generations: 5 },
      ],
      expected: '四小時內可還原至前一日',
      steps: '依回復程序辦理，完成後核對筆數與雜湊。',
    });
    await story.act('hsu', plan, 'submit');
  });
  story.on(-120, '10:10', () => story.act('lin', plan, 'approve'));
  story.on(-119, '14:00', () => restore(story, `restore-${system}`, system, plan, 41_822));
  story.on(-58, '14:00', () => restore(story, `restore-${system}-2`, system, plan, 43_104));
  for (let n = -118; n < 0; n += 20) story.on(n, '08:40', () => backupRun(story, plan, n));
}

async function restore(story: Story, key: string, system: string, plan: string, count: number): Promise<void> {
  const hash = story.id(key).replaceAll('-', '').repeat(2);
  await story.open('hsu', 'restore_test', key, {
    system: story.id(system),
    plan: story.id(plan),
    host: story.id('lab1'),
    data_of: story.now(),
    source_count: count,
    restored_count: count,
    source_hash: hash,
    restored_hash: hash,
    log: [await story.file('hsu', `${key}.txt`, `${nameOf[system]} 還原 ${count} 筆，雜湊相符\n`)],
  });
  await story.act('chen', key, 'pass');
}

async function backupRun(story: Story, plan: string, n: number): Promise<void> {
  const failed = n === -58;
  await story.open('chen', 'backup_record', `${plan}-run${n}`, {
    plan: story.id(plan),
    ran_at: story.now(),
    what: '資料庫每日備份',
    result: failed ? 'fail' : 'pass',
    size: '4.2 GiB',
    integrity: '雜湊相符',
    ...(failed ? { failure: '備份磁碟空間不足，清理後重跑成功' } : {}),
  });
}

/** A new edition of the procedure is on its way: returned once, now with the CISO. */
function revision(story: Story): void {
  story.on(-12, '10:20', () =>
    draft(story, 'doc-procedure-2', '資訊系統開發與維護管理程序（修正草案）', 'procedure', 'ISMS-B-07', '115.2'),
  );
  story.on(-10, '11:00', () => story.act('lin', 'doc-procedure-2', 'send_back', { reason: '附表二欄位未更新' }));
  story.on(-8, '09:30', async () => {
    await story.save('hsieh', 'doc-procedure-2', { summary: '修正上線檢核項目與附表二' });
    await story.act('hsieh', 'doc-procedure-2', 'submit');
  });
  story.on(-6, '15:00', () => story.act('lin', 'doc-procedure-2', 'agree', { review_opinion: '修正完成，請核定' }));
}

export const nameOf: Record<string, string> = {
  pay: '線上繳費系統',
  village: '村里服務網',
  relief: '急難救助申辦系統',
  doc: '公文管理系統',
  gis: '農地圖資查詢系統',
  hr: '差勤管理系統',
};
