import type { Row } from '../kernel/engine/types.ts';
import { pdf } from './paper.ts';
import { type Asked, acceptRequest, ask, complete } from './requests.ts';
import type { Story } from './story.ts';

/** Outsiders: into the machine room, or over the wire, by name and for a time. */
export function visits(story: Story): void {
  machineRoom(story);
  visitors(story);
}

/** A supplier comes into the machine room: allowed by name and window, escorted, with what was brought in; and one night in haste. */
function machineRoom(story: Story): void {
  const { id } = story;
  const visit = (key: string, n: number) => {
    const one: Asked = {
      key,
      who: 'chou',
      head: 'lin',
      kind: 'room_work',
      subject: '更換磁碟陣列電池',
      system: 'doc',
      planned: n + 8,
      more: {
        location: 'machine_room',
        why_room: '須實體更換零件',
        outsiders: [{ name: '游先生', company: '晴嵐科技股份有限公司', phone: '0900-000-101', escort: id('chou') }],
        items: [{ name: '電池模組', serial: 'QL-BAT-22', purpose: '更換', risk: '無儲存功能' }],
      },
    };
    story.on(n, '11:10', () => ask(story, one));
    story.on(n + 1, '11:30', () => story.act('lin', key, 'endorse'));
    story.on(n + 2, '13:50', () => acceptRequest(story, key, '必要，准予進入'));
    story.on(n + 3, '10:00', async () => {
      const period = { start: story.moment(n + 8, '13:00'), end: story.moment(n + 8, '18:00') };
      await outsider(story, `${key}-access`, {
        who: 'chou',
        system: 'doc',
        name: '游先生',
        company: '晴嵐科技股份有限公司',
        way: 'physical',
        period,
      });
      await story.act('chang', `${key}-access`, 'approve');
    });
    story.on(n + 8, '14:10', async () => {
      const entry = `${key}-entry`;
      await story.open('wu', 'room_entry', entry, {
        visitor: '游先生',
        company: '晴嵐科技股份有限公司',
        purpose: '更換電池',
        service_request: id(key),
        access_request: id(`${key}-access`),
        escort: id('chou'),
      });
      await story.act('wu', entry, 'enter');
      const { values } = await story.stateOf(id(key));
      await story.open('wu', 'equipment_movement', `${key}-in`, {
        name: '電池模組',
        direction: 'inward',
        service_request: id(key),
        line: `${id(key)}#items/${(values.items as Row[])[0]!.id}`,
        carrier: '游先生',
        scanned: 'na',
      });
      await story.act('wu', `${key}-in`, 'pass');
    });
    story.on(n + 8, '15:30', async () => {
      await story.act('wu', `${key}-entry`, 'go_out', { left_at: story.now() });
      await complete(story, key, 'wu', '更換完成，陣列正常');
    });
  };
  visit('room-115-1', -78);
  visit('room-115-2', -25);
  haste(story, 'haste-1', -47, true);
  haste(story, 'haste-2', -6, false);
}

/** At night nobody approves first: entered in haste, approved afterwards; or not, which is a violation. */
function haste(story: Story, key: string, n: number, approved: boolean): void {
  story.on(n, '22:30', async () => {
    await story.open('wu', 'room_entry', key, {
      visitor: '吳俊賢',
      purpose: '空調警報，查看溫度',
      escort: story.id('wu'),
    });
    await story.refused('wu', key, 'enter', 'request_covers');
    await story.act('wu', key, 'enter_urgently', { reason: '主機房溫度達 34 度' });
  });
  story.on(n, '23:40', () => story.act('wu', key, 'go_out', { left_at: story.now() }));
  if (approved) story.on(n + 1, '08:50', () => story.act('lin', key, 'approve_entry', { remark: '確屬緊急' }));
}

type Outsider = {
  who: string;
  system: string;
  name: string;
  company: string;
  way: string;
  period: { start: string; end: string };
};

async function outsider(story: Story, key: string, { who, system, ...about }: Outsider): Promise<void> {
  await story.open(who, 'access_request', key, { system: story.id(system) });
  await story.save(who, key, { ...about, purpose: '維護作業', necessity: '原廠方能處理', sponsor: story.id(who) });
  await story.act(who, key, 'submit');
}

function visitors(story: Story): void {
  const list = [
    ['visitor-1', -101, -80, 'village', 'wang', 'lee', '林先生'],
    ['visitor-2', -66, -44, 'pay', 'yang', 'huang', '邱小姐'],
    ['visitor-3', -24, 9, 'relief', 'wang', 'lee', '沈先生'],
  ] as const;
  for (const [key, n, until, system, who, owner, name] of list) {
    const period = { start: story.moment(n + 2, '09:00'), end: story.moment(until, '18:00') };
    story.on(n, '15:40', () =>
      outsider(story, key, { who, system, name, company: '河泰資訊有限公司', way: 'logical', period }),
    );
    story.on(n + 1, '09:15', () => story.act(owner, key, 'approve'));
    story.on(n + 2, '10:15', () => story.save('chen', key, { account: `ext-${key}` }));
  }
  // Ends with the last minute of yesterday: whoever looks at yesterday still sees it in force.
  story.on(-12, '15:50', () =>
    outsider(story, 'visitor-4', {
      who: 'chiang',
      system: 'gis',
      name: '鍾小姐',
      company: '山合網通有限公司',
      way: 'logical',
      period: { start: story.moment(-10, '09:00'), end: story.midnight },
    }),
  );
  story.on(-11, '10:20', () => story.act('tseng', 'visitor-4', 'approve'));
  story.on(-3, '15:30', () =>
    outsider(story, 'visitor-5', {
      who: 'yang',
      system: 'pay',
      name: '余先生',
      company: '河泰資訊有限公司',
      way: 'logical',
      period: { start: story.moment(2, '09:00'), end: story.moment(20, '18:00') },
    }),
  );
  story.on(-52, '10:00', () =>
    outsider(story, 'visitor-6', {
      who: 'chiang',
      system: 'gis',
      name: '鍾小姐',
      company: '山合網通有限公司',
      way: 'physical',
      period: { start: story.moment(-50, '09:00'), end: story.moment(-45, '18:00') },
    }),
  );
  story.on(-51, '11:00', () => story.act('tseng', 'visitor-6', 'refuse', { reason: '可遠端處理，無須進入' }));
  story.on(-101, '16:00', async () => {
    const proof = await story.file('wang', '保密切結書.pdf', pdf('Confidentiality undertaking'));
    await story.comment('wang', 'visitor-1', `保密切結書已收存（${proof.name}）。`);
  });
}
