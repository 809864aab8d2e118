import { isRefused } from '../kernel/refusal.ts';
import type { DemoParts, Story } from './story.ts';

/** The people of the invented office. Nobody here exists. */

/** Everybody's password in the demo, printed at start. */
export const DEMO_PASSWORD = 'xihe-demo-115-tea';

type Unit = { key: string; name: string };
type Person = { key: string; name: string; unit: string; title: string; roles: string[]; heads?: string[] };

export const UNITS: Unit[] = [
  { key: 'office', name: '西河鄉公所' },
  { key: 'mayor', name: '鄉長室' },
  { key: 'secretary', name: '秘書室' },
  { key: 'civil', name: '民政課' },
  { key: 'finance', name: '財政課' },
  { key: 'works', name: '建設課' },
  { key: 'it', name: '資訊課' },
  { key: 'ethics', name: '政風室' },
];

/** `roles` hold for the whole office; `heads` are the units somebody leads. */
export const PERSONS: Person[] = [
  { key: 'kao', name: '高振宇', unit: 'mayor', title: '鄉長', roles: [], heads: ['office', 'mayor'] },
  { key: 'chang', name: '張文彬', unit: 'secretary', title: '主任秘書', roles: ['ciso'], heads: ['secretary', 'it'] },
  { key: 'lee', name: '李國華', unit: 'civil', title: '課長', roles: [], heads: ['civil'] },
  { key: 'wang', name: '王雅婷', unit: 'civil', title: '課員', roles: [] },
  { key: 'huang', name: '黃建銘', unit: 'finance', title: '課長', roles: [], heads: ['finance'] },
  { key: 'yang', name: '楊佩珊', unit: 'finance', title: '課員', roles: [] },
  { key: 'tseng', name: '曾明哲', unit: 'works', title: '課長', roles: [], heads: ['works'] },
  { key: 'chiang', name: '江雅雯', unit: 'works', title: '技士', roles: [] },
  { key: 'lin', name: '林志明', unit: 'it', title: '課長', roles: ['isms_team_lead'], heads: ['it'] },
  { key: 'chen', name: '陳怡君', unit: 'it', title: '技士', roles: ['room_manager'] },
  { key: 'wu', name: '吳俊賢', unit: 'it', title: '技佐', roles: ['room_manager', 'network_manager'] },
  { key: 'hsu', name: '許美玲', unit: 'it', title: '課員', roles: ['application_manager', 'developer'] },
  { key: 'chou', name: '周明輝', unit: 'it', title: '技佐', roles: ['database_manager', 'application_manager'] },
  { key: 'hsieh', name: '謝孟儒', unit: 'it', title: '課員', roles: ['isms_coordinator', 'isms_team'] },
  { key: 'kuo', name: '郭淑芬', unit: 'secretary', title: '專員', roles: ['security_officer', 'evidence_recorder'] },
  { key: 'tsai', name: '蔡宗翰', unit: 'it', title: '課員', roles: ['security_staff', 'evidence_custodian'] },
  { key: 'tu', name: '杜惠雯', unit: 'ethics', title: '主任', roles: ['auditor'], heads: ['ethics'] },
  { key: 'ho', name: '何建德', unit: 'secretary', title: '管理師', roles: ['administrator'] },
];

export type Persona = {
  key: string;
  email: string;
  role: { zh: string; en: string };
  tries: { zh: string; en: string };
};

/** Who can sign in, and what each should try. */
export const PERSONAS: Persona[] = [
  persona(
    'chen',
    '主機房管理人員',
    'Machine-room manager',
    '審查「線上繳費系統 2.5 版上線」，看關卡為何不放行',
    'Review the go-live of the payment system and see why a gate refuses',
  ),
  persona(
    'wang',
    '申請人',
    'Requester',
    '填寫「急難救助申辦系統 1.1 版上線」草稿，看還缺什麼',
    'Go on with the draft go-live and see what is missing',
  ),
  persona('lee', '單位主管', 'Unit head', '在待簽中核可所屬同仁的申請', 'Endorse what your staff asked for'),
  persona(
    'hsieh',
    '資安承辦人',
    'ISMS coordinator',
    '打開程序書，看每一條的燈號與佐證',
    'Open the procedure and see the light and evidence of each clause',
  ),
  persona(
    'kuo',
    '資安專責人員',
    'Security officer',
    '審查例外申請，處理逾期弱點',
    'Give an opinion on an exception; look at late findings',
  ),
  persona('chang', '資安長', 'CISO', '核定例外與文件', 'Decide an exception and a document'),
  persona(
    'tu',
    '稽核人員',
    'Auditor',
    '以基準日查看上個月的佐證，驗證稽核紀錄',
    'Look at last month’s evidence and verify the trail',
  ),
  persona(
    'ho',
    '系統管理者',
    'Administrator',
    '管理人員、角色與代理（不能看業務內容）',
    'Manage people and roles; no business is shown',
  ),
];

function persona(key: string, zh: string, en: string, triesZh: string, triesEn: string): Persona {
  return { key, email: `${key}@demo.example`, role: { zh, en }, tries: { zh: triesZh, en: triesEn } };
}

/** Units, persons, roles and accounts, as the first set-up enters them. */
export async function settle(story: Story, demo: DemoParts): Promise<void> {
  const { id } = story;
  for (const unit of UNITS) {
    const under = unit.key === 'office' ? {} : { under: id('unit.office') };
    await story.run('identity.add_unit', { unit: id(`unit.${unit.key}`), name: unit.name, ...under });
  }
  for (const person of PERSONS) {
    const { key, name, title } = person;
    const unit = id(`unit.${person.unit}`);
    await story.run('identity.add_person', { person: id(key), name, unit, title, email: `${key}@demo.example` });
    await grant(story, person);
  }
  for (const { key, email } of PERSONAS) await account(story, demo, key, email);
}

async function grant(story: Story, { key, roles, heads = [] }: Person): Promise<void> {
  const give = (role: string, unit: string) =>
    story.run('identity.give_role', { person: story.id(key), role, unit: story.id(`unit.${unit}`) });
  await give('all_staff', 'office');
  for (const role of roles) await give(role, 'office');
  for (const unit of heads) await give('unit_head', unit);
}

async function account(story: Story, demo: DemoParts, key: string, email: string): Promise<void> {
  const name = PERSONS.find((person) => person.key === key)!.name;
  const opened = await demo.openAccount({ name, email, password: DEMO_PASSWORD });
  if (isRefused(opened)) throw new Error(`demo: no account for ${email}: ${opened.refused[0]?.message.en}`);
  story.accounts.set(key, opened.account);
  await story.run('identity.link_account', { account: opened.account, person: story.id(key) });
}

/** Deputies with dates: one over, one running, one to come. */
export function deputies(story: Story): void {
  const name = (by: string, deputy: string, from: number, until: number) => async () => {
    await story.run(
      'identity.add_deputy',
      { for: story.id(by), person: story.id(deputy), order: 1, from: story.day(from), until: story.day(until) },
      by,
    );
  };
  story.on(-100, '11:00', name('chen', 'wu', -99, -90));
  story.on(-62, '16:00', name('lee', 'tseng', -61, -57));
  story.on(-9, '10:00', name('chang', 'kao', -8, 3));
  story.on(-4, '14:20', name('hsu', 'chou', 4, 9));
  story.on(-40, '09:10', async () => {
    await story.run('identity.edit_person', { person: story.id('chiang'), title: '技正' }, 'ho');
  });
}
