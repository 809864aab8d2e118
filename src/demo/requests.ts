import type { Row, Values } from '../kernel/engine/types.ts';
import { nameOf } from './documents.ts';
import type { Story } from './story.ts';

/** Everyday requests: what people want done to network, room, data and systems, granted, refused, sent back, late or under way. */

export type Asked = {
  key: string;
  who: string;
  head: string;
  kind: string;
  subject: string;
  system: string;
  more?: Values;
  planned: number;
};

const REQUEST_POINTS = ['consistent', 'items_fit', 'time_enough', 'remote_first', 'lines_needed', 'address_protected'];

/** The machine-room manager answers every point and line of a request, and accepts it. */
export async function acceptRequest(story: Story, key: string, opinion = '同意辦理'): Promise<void> {
  const { values } = await story.stateOf(story.id(key));
  const rows = (field: string) => (values[field] ?? []) as Row[];
  await story.save('chen', key, {
    points: REQUEST_POINTS.map((source) => ({ source, answer: source === 'address_protected' ? 'na' : 'yes' })),
    ...(rows('line_reviews').length > 0
      ? { line_reviews: rows('line_reviews').map(({ id }) => ({ id, needed: true })) }
      : {}),
    ...(rows('item_decisions').length > 0
      ? { item_decisions: rows('item_decisions').map(({ id }) => ({ id, decision: 'allow' })) }
      : {}),
    ...(values.location === 'machine_room' ? { room_necessary: true } : {}),
  });
  await story.act('chen', key, 'accept', { opinion });
}

export async function ask(story: Story, one: Asked): Promise<void> {
  await story.open(one.who, 'service_request', one.key, {
    kind: one.kind,
    system: story.id(one.system),
    subject: one.subject,
  });
  await story.save(one.who, one.key, {
    phone: '05-555-0100 轉 230',
    basis: '業務需要',
    method: '由機房外遠端設定',
    impact_systems: [story.id(one.system)],
    impact_scope: `${nameOf[one.system] ?? '單一系統'}，無其他影響`,
    work_items: [{ what: one.subject, who_does: '吳俊賢' }],
    planned: story.window(one.planned, '14:00', '17:00'),
    location: 'office_remote',
    ...one.more,
  });
  await story.act(one.who, one.key, 'submit');
}

/** From the application to its end in the usual days: endorsed next day, accepted the day after, done on the planned day. */
function usual(story: Story, n: number, one: Asked, done: { by: string; outcome: string }): void {
  story.on(n, '10:20', () => ask(story, one));
  story.on(n + 1, '11:00', () => story.act(one.head, one.key, 'endorse'));
  story.on(n + 2, '14:40', () => acceptRequest(story, one.key));
  story.on(one.planned, '16:30', () => complete(story, one.key, done.by, done.outcome));
}

/** Done by somebody; a test's result is confirmed by another (xiluo.3.5.3). */
export async function complete(story: Story, key: string, by: string, outcome: string, confirms = by): Promise<void> {
  await story.save(by, key, { handled_by: story.id(by), completed_at: story.now(), outcome });
  await story.act(confirms, key, 'complete');
}

export function requests(story: Story): void {
  network(story);
  dataChange(story);
  maintenance(story);
  systemTest(story);
  endings(story);
}

const line = (story: Story, purpose: string, ports: string, ends: number) => ({
  component: '網站主機',
  direction: 'inbound',
  source: '10.20.0.0/16',
  destination: '10.20.1.12',
  protocol: 'tcp',
  ports,
  purpose,
  ends: story.date(ends),
});

function network(story: Story): void {
  const people = [
    ['wang', 'lee', 'village'],
    ['yang', 'huang', 'pay'],
    ['chiang', 'tseng', 'gis'],
  ] as const;
  for (const [i, n] of [-110, -98, -83, -72, -56, -43, -31, -20].entries()) {
    const [who, head, system] = people[i % people.length]!;
    const firewall_lines = [line(story, `${nameOf[system]}管理連線`, i % 2 === 0 ? '443' : '8443', 200)];
    const subject = `開通${nameOf[system]}防火牆連線`;
    const one: Asked = {
      key: `network-${i}`,
      who,
      head,
      kind: 'network',
      subject,
      system,
      planned: n + 9,
      more: { firewall_lines },
    };
    usual(story, n, one, { by: 'wu', outcome: '已設定並測試連線' });
  }
  // Lines to anywhere are refused at once; written out, they pass.
  story.on(-16, '10:10', async () => {
    const one: Asked = {
      key: 'network-any',
      who: 'chiang',
      head: 'tseng',
      kind: 'network',
      subject: '開放圖資服務對外連線',
      system: 'gis',
      planned: -6,
    };
    const open = { ...line(story, '圖資對外服務', 'any', 90), source: 'any' };
    await story.open('chiang', 'service_request', one.key, {
      kind: 'network',
      system: story.id('gis'),
      subject: one.subject,
    });
    await story.save('chiang', one.key, {
      phone: '05-555-0100 轉 240',
      basis: '縣府介接',
      method: '設定防火牆',
      impact_systems: [story.id('gis')],
      impact_scope: '僅查詢功能',
      work_items: [{ what: one.subject, who_does: '吳俊賢' }],
      planned: story.window(-6, '14:00', '17:00'),
      location: 'office_remote',
      firewall_lines: [open],
    });
    await story.refused('chiang', one.key, 'submit', 'no_any');
    await story.save('chiang', one.key, { firewall_lines: [line(story, '圖資對外服務', '443', 90)] });
    await story.act('chiang', one.key, 'submit');
  });
  story.on(-15, '09:30', () => story.act('tseng', 'network-any', 'endorse'));
  story.on(-14, '11:00', () => acceptRequest(story, 'network-any'));
  story.on(-6, '16:30', () => complete(story, 'network-any', 'wu', '已設定，僅開放縣府來源'));
}

/** Data changed outside the application: the owner consents first, and only the database manager carries it out. */
function dataChange(story: Story): void {
  const direct = (key: string, n: number, subject: string, rows: number) => {
    const one: Asked = {
      key,
      who: 'yang',
      head: 'huang',
      kind: 'direct_data_change',
      subject,
      system: 'pay',
      planned: n + 8,
      more: {
        statement: "update receipt set status = 'paid' where batch = '1150712'",
        rows_hit: rows,
        why_not_in_application: '系統無批次更正功能',
      },
    };
    story.on(n, '09:40', () => ask(story, one));
    story.on(n + 1, '10:00', () => story.act('huang', key, 'endorse'));
    story.on(n + 1, '15:00', async () => {
      await story.save('chen', key, { points: REQUEST_POINTS.map((source) => ({ source, answer: 'yes' })) });
      await story.refused('chen', key, 'accept', 'owner_consented', { opinion: '同意' });
    });
    story.on(n + 2, '09:30', () => story.act('huang', key, 'consent', { remark: '已核對收據' }));
    story.on(n + 2, '10:30', () => acceptRequest(story, key));
    story.on(n + 8, '15:00', async () => {
      await story.refused('wu', key, 'complete', 'by');
      await complete(story, key, 'chou', `已異動 ${rows} 筆並留存異動前資料`);
    });
  };
  direct('data-115-1', -90, '更正七月批次繳費狀態', 31);
  direct('data-115-2', -37, '更正市場租金收據抬頭', 4);
}

function maintenance(story: Story): void {
  const { id } = story;
  for (const [i, n] of [-95, -64, -14].entries()) {
    const key = `maintenance-${i}`;
    const more = {
      install: false,
      affects_users: false,
      sub_kind: 'tune',
      parts: ['configuration'],
      way: 'update',
      security_effect: '無新增連線與權限',
      no_important_hit: true,
    };
    const one: Asked = {
      key,
      who: 'chou',
      head: 'lin',
      kind: 'maintenance',
      subject: '資料庫參數調校',
      system: 'hr',
      planned: n + 8,
      more,
    };
    story.on(n, '10:50', () => ask(story, one));
    story.on(n + 1, '10:10', () => story.act('lin', key, 'endorse'));
    story.on(n + 2, '15:10', () => acceptRequest(story, key));
    story.on(n + 8, '16:00', async () => {
      await story.refused('hsu', key, 'complete', 'maintenance_recorded');
      const [record] = await story.find('maintenance_record', (state) => state.values.service_request === id(key));
      await story.saveIn('hsu', record!, {
        what: '調整連線數與索引',
        worked: story.window(n + 8, '14:00', '15:40'),
        people: '許美玲',
        steps: '備份設定、調整參數、重啟服務、觀察一小時。',
        result: 'pass',
      });
      await story.actIn('hsu', record!, 'sign');
      await complete(story, key, 'hsu', '效能改善，無異常');
    });
    story.on(n + 9, '10:00', async () => {
      const [record] = await story.find('maintenance_record', (state) => state.values.service_request === id(key));
      if (i < 2) await story.actIn('chen', record!, 'confirm');
    });
  }
}

/** A test environment is cut off until both sides tested it, and ends by itself. */
function systemTest(story: Story): void {
  const { id } = story;
  const environment = async (key: string) =>
    (await story.find('test_environment', (state) => state.values.service_request === id(key)))[0]!;
  const test = (key: string, n: number, until: number) => {
    const more = {
      install: false,
      test_aspects: ['installation', 'security'],
      segment: '10.20.9.0/24',
      test_period: story.window(n + 6, '09:00', '18:00'),
      test_data: 'synthetic',
    };
    const period = { start: story.moment(n + 6, '09:00'), end: story.moment(until, '18:00') };
    const one: Asked = {
      key,
      who: 'wang',
      head: 'lee',
      kind: 'system_test',
      subject: '新版申辦流程測試',
      system: 'relief',
      planned: n + 7,
      more: { ...more, test_period: period },
    };
    story.on(n, '13:40', () => ask(story, one));
    story.on(n + 1, '13:00', () => story.act('lee', key, 'endorse'));
    story.on(n + 2, '16:00', () => acceptRequest(story, key));
    story.on(n + 5, '15:00', async () => {
      const record = await environment(key);
      await story.saveIn('chen', record, {
        hosts: [id('lab2')],
        rules: '僅允許 10.20.9.0/24 互通',
        scan: [await story.file('chen', `${key}.txt`, '檢測無高風險弱點\n')],
      });
      await story.actIn('chen', record, 'connect');
    });
    story.on(n + 6, '09:10', async () => story.actIn('wang', await environment(key), 'connect'));
    if (n + 7 < 0) story.on(n + 7, '16:40', () => complete(story, key, 'wu', '測試環境已提供', 'chen'));
  };
  test('test-115-1', -63, -50);
  test('test-115-2', -10, 6);
}

/** Other ends: not agreed, sent back, agreed at short notice with a reason, forgotten, withdrawn, and access that ends by itself. */
function endings(story: Story): void {
  const one = (
    key: string,
    who: string,
    head: string,
    kind: string,
    subject: string,
    system: string,
    planned: number,
  ): Asked => ({ key, who, head, kind, subject, system, planned });
  story.on(-68, '09:50', () =>
    ask(story, one('other-refused', 'yang', 'huang', 'other', '開放個人雲端硬碟上傳', 'pay', -60)),
  );
  story.on(-67, '10:30', () =>
    story.act('huang', 'other-refused', 'refuse', { reason: '與資料保護規定不符，請改用公所檔案伺服器' }),
  );
  story.on(-42, '10:40', () =>
    ask(story, one('other-short', 'wang', 'lee', 'other', '場地借用表單臨時調整', 'village', -39)),
  );
  story.on(-41, '09:30', () => story.act('lee', 'other-short', 'endorse'));
  story.on(-41, '11:00', async () => {
    await story.save('chen', 'other-short', { points: REQUEST_POINTS.map((source) => ({ source, answer: 'yes' })) });
    await story.waive('chen', 'other-short', 'accept', 'lead_time', '選務需要，且僅改文字', {
      opinion: '同意提前辦理',
    });
  });
  story.on(-39, '16:00', () => complete(story, 'other-short', 'hsu', '表單已調整'));
  story.on(-19, '14:20', () =>
    ask(story, one('other-back', 'chiang', 'tseng', 'other', '增設圖資下載帳號', 'gis', -8)),
  );
  story.on(-18, '10:00', () => story.act('tseng', 'other-back', 'send_back', { reason: '請列明帳號使用人與期限' }));
  story.on(-6, '10:30', () => ask(story, one('other-late', 'yang', 'huang', 'other', '調整繳費單列印格式', 'pay', 7)));
  story.on(-2, '13:30', () =>
    ask(story, one('other-new', 'wang', 'lee', 'network', '開通急難救助後台連線', 'relief', 9)),
  );
  story.on(-1, '10:10', () =>
    ask(story, one('other-newest', 'yang', 'huang', 'other', '新增市場租金查詢報表', 'pay', 12)),
  );
  story.on(-1, '14:10', async () => {
    await story.open('wang', 'service_request', 'other-draft', {
      kind: 'other',
      system: story.id('village'),
      subject: '公告版型更新',
    });
    await story.save('wang', 'other-draft', { basis: '配合年度活動' });
  });
}
