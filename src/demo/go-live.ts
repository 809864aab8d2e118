import { localDate } from '../kernel/calendar/date.ts';
import type { Values } from '../kernel/engine/types.ts';
import { nameOf } from './documents.ts';
import { pdf } from './paper.ts';
import { HOSTS, manifestOf } from './registers.ts';
import { reportOf } from './reports/reports.ts';
import { acceptRequest } from './requests.ts';
import type { Story } from './story.ts';

/** One go-live with its service request: what differs between cases; the steps are the same for all. */
export type Case = {
  key: string;
  system: string;
  kind: 'new_system' | 'change' | 'patch' | 'major_update';
  requester: string;
  head: string;
  release: string;
  previous?: string;
  hosts: string[];
  /** Working day of the installation, before today (negative) or after. */
  planned: number;
  affects?: boolean;
  testData?: string;
  installer: string;
};

const REQUEST_KIND = { new_system: 'build', change: 'change', patch: 'patch', major_update: 'major_update' } as const;
const CHECKS = {
  new_system: ['least_privilege', 'encrypted', 'trail_on', 'inputs_checked', 'integrity_shown', 'tls_checked'],
  change: ['least_privilege', 'encrypted', 'inputs_checked', 'tls_checked'],
  patch: ['inputs_checked', 'finding_cited'],
  major_update: [],
} as const;
const DOCUMENTS = {
  new_system: [
    'install_manual',
    'operation_manual',
    'network_diagram',
    'database_diagram',
    'recovery_plan',
    'test_report',
  ],
  change: ['install_manual', 'network_diagram', 'recovery_plan'],
  patch: ['install_manual', 'recovery_plan'],
  major_update: ['install_manual', 'recovery_plan'],
} as const;

const form = (one: Case) => `${one.key}-form`;
const request = (one: Case) => `${one.key}-request`;
const title = (one: Case) => `${nameOf[one.system]} ${one.release.split('-').at(-1)} 版`;
export const formOf = form;
export const requestOf = request;

/** Fills in both forms. */
export async function fill(story: Story, one: Case, more: { request?: Values; form?: Values } = {}): Promise<void> {
  const { id } = story;
  const planned = story.window(one.planned, '18:30', '21:00');
  await story.open(one.requester, 'service_request', request(one), {
    kind: REQUEST_KIND[one.kind],
    system: id(one.system),
    subject: `${title(one)}更新`,
  });
  await story.save(one.requester, request(one), {
    install: true,
    phone: '05-555-0100 轉 220',
    basis: '年度資訊計畫',
    method: '於上班後由機房外遠端佈署',
    impact_systems: [id(one.system)],
    impact_scope: `${nameOf[one.system]}暫停服務約一小時`,
    work_items: [
      { what: '備份現行版本', who_does: '許美玲' },
      { what: '佈署新版並驗證', who_does: '許美玲' },
    ],
    planned,
    location: 'office_remote',
    parts: ['application'],
    way: 'update',
    new_release: id(one.release),
    ...more.request,
  });
  await story.open(one.requester, 'go_live', form(one), {
    service_request: id(request(one)),
    system: id(one.system),
    kind: one.kind,
    release: id(one.release),
  });
  await story.save(one.requester, form(one), { ...(await formValues(story, one)), planned, ...more.form });
}

async function formValues(story: Story, one: Case): Promise<Values> {
  const { id } = story;
  const documents = DOCUMENTS[one.kind].map((slot) =>
    story.file(one.requester, `${slot}-${one.release}.pdf`, pdf(`${slot} of ${one.release}`), slot),
  );
  return {
    subject: `${title(one)}上線`,
    phone: '05-555-0100 轉 220',
    email: `${one.requester}@demo.example`,
    developer: '河泰資訊有限公司',
    ...(one.previous ? { previous: id(one.previous) } : {}),
    hosts: one.hosts.map(id),
    affects_users: one.affects ?? false,
    environment_need: '沿用現有主機，無新增資源',
    needs: one.hosts.map((host) => ({ host: id(host), memory: 4, disk: 20 })),
    rollback: '以前一版本套件還原，並還原資料庫備份。',
    documents: await Promise.all(documents),
    test_data: one.testData ?? 'synthetic',
    test_kinds: ['vulnerability_scan', 'malware_scan'],
    checks: CHECKS[one.kind].map((item) => ({ source: item, answer: 'yes', reason: '詳安全檢測報告' })),
  };
}

/** A clean scan of every host, and a clean malware scan. */
export async function scan(story: Story, one: Pick<Case, 'hosts' | 'system'>, who = 'tsai'): Promise<void> {
  for (const key of one.hosts) {
    const { address } = HOSTS.find((host) => host.key === key)!;
    const about = { address, name: key };
    await story.import(who, reportOf('clean-host.xml', story.now(), about), {
      targets: { [address]: key },
      system: one.system,
      patchedOn: localDate(story.now()),
    });
    await story.import(who, reportOf('clamscan-clean.log', story.now(), about), { targets: { local: key } });
  }
}

/** Free memory and disk of the hosts, registered by hand with its proof and confirmed by a second person. */
export async function capacity(story: Story, key: string, hosts: string[]): Promise<void> {
  await story.open('wu', 'registered_result', key, {
    title: '主機可用資源',
    kind: 'capacity',
    targets: hosts.map(story.id),
    finished_at: story.now(),
    free_memory: 24,
    free_disk: 310,
    files: [await story.file('wu', `${key}.txt`, '可用記憶體 24 GiB，可用磁碟 310 GiB\n')],
  });
  await story.act('wu', key, 'submit');
  await story.act('tsai', key, 'confirm');
}

export const submit = (story: Story, one: Case) => story.act(one.requester, form(one), 'submit');
export const endorse = (story: Story, one: Case) => story.act(one.head, form(one), 'endorse');

const POINTS = ['consistent', 'environment_ok', 'time_enough', 'remote_first'];

export async function review(story: Story, one: Case): Promise<void> {
  await story.save('chen', form(one), { points: POINTS.map((source) => ({ source, answer: 'yes' })) });
}

export async function accept(story: Story, one: Case): Promise<void> {
  await acceptRequest(story, request(one));
  await review(story, one);
  await story.act('chen', form(one), 'accept', { opinion: '文件齊備，同意進行檢測' });
}

export async function prepare(story: Story, one: Case): Promise<void> {
  await story.save('chen', form(one), {
    environment: [
      { host: story.id('lab1'), line: '應用與資料庫主機', ready: true, patched_on: localDate(story.now()) },
    ],
  });
  await story.act('chen', form(one), 'prepare');
}

/** Open tests of a case, by kind. */
async function openTests(story: Story, one: Case): Promise<Record<string, string>> {
  const origin = story.id(form(one));
  const ids = await story.find('go_live_test', (test) => test.origin === origin && test.state === 'open');
  const pairs = await Promise.all(
    ids.map(async (test) => [String((await story.stateOf(test)).values.kind), test] as const),
  );
  return Object.fromEntries(pairs);
}

const STEPS = {
  installation: [
    { step: '建立服務帳號', expected: '成功', actual: '成功', result: 'as_expected' },
    { step: '安裝套件並啟動', expected: '服務啟動', actual: '服務啟動', result: 'as_expected' },
  ],
  backup_restore: [{ step: '還原備份並核對筆數', expected: '筆數相符', actual: '筆數相符', result: 'as_expected' }],
};

async function results(story: Story, one: Case, kind: string): Promise<Values> {
  const hash = story.id(`${one.key}-${kind}`).replaceAll('-', '').repeat(2);
  return {
    tested_by: story.id('hsu'),
    document_version: '安裝手冊 1.0',
    logs: [await story.file('chen', `${one.key}-${kind}.txt`, `${kind} ${one.release} 檢測紀錄\n`)],
    ...(kind === 'security' ? {} : { steps: STEPS[kind as keyof typeof STEPS] }),
    ...(kind === 'backup_restore'
      ? { source_count: 4210, restored_count: 4210, source_hash: hash, restored_hash: hash }
      : {}),
  };
}

/** Concludes the named tests as passed; the security test after a scan of its own. */
export async function passTests(
  story: Story,
  one: Case,
  kinds = ['installation', 'backup_restore', 'security'],
): Promise<void> {
  const tests = await openTests(story, one);
  for (const kind of kinds) {
    if (kind === 'security') await scan(story, one, 'chen');
    await story.saveIn('chen', tests[kind]!, await results(story, one, kind));
    await story.actIn('chen', tests[kind]!, 'conclude');
  }
}

/** The installation test shows a step the manual lacks: concluded as failed, which opens a finding per step. */
export async function failInstallation(story: Story, one: Case): Promise<void> {
  const tests = await openTests(story, one);
  await story.saveIn('chen', tests.installation!, {
    ...(await results(story, one, 'installation')),
    steps: [
      {
        step: '建立服務帳號',
        expected: '依手冊第 3 節',
        actual: '手冊未載明權限',
        result: 'differs',
        about: 'document',
      },
      { step: '安裝套件並啟動', expected: '服務啟動', actual: '服務啟動', result: 'as_expected' },
    ],
  });
  await story.refusedIn('chen', tests.installation!, 'conclude', 'steps_agree');
  await story.actIn('chen', tests.installation!, 'reject', { reason: '安裝程序與手冊不符' });
}

export const pass = (story: Story, one: Case) => story.act('chen', form(one), 'pass');

/** Tells everybody of the work ahead. */
export async function announce(story: Story, one: Case): Promise<void> {
  const key = `${one.key}-notice`;
  await story.open('chen', 'maintenance_notice', key, {
    title: `${title(one)}更新作業`,
    system: story.id(one.system),
    case: story.id(form(one)),
    window: story.window(one.planned, '18:30', '21:00'),
    effect: `${nameOf[one.system]}暫停服務`,
    contact_point: '資訊課分機 310',
  });
  await story.act('chen', key, 'publish');
}

/** The evening of the installation: one installs, files are compared, another confirms. */
export function install(story: Story, one: Case): void {
  const version = one.release.split('-').at(-1)!;
  story.on(one.planned, '18:40', () =>
    story.act(one.installer, form(one), 'install', { installed_release: story.id(one.release) }),
  );
  story.on(one.planned, '19:20', async () => {
    await story.refused('chen', form(one), 'confirm', 'gate');
    for (const host of one.hosts) {
      const name = `${one.release}-${host}.sha256.txt`;
      await story.import(
        'chen',
        { name, text: manifestOf(one.system, version) },
        { targets: { local: host }, release: one.release },
      );
    }
    await story.save('chen', form(one), {
      installed_at: story.moment(one.planned, '19:05'),
      after_check: '登入、查詢、列印均正常',
    });
    await story.act('chen', form(one), 'confirm');
  });
  story.on(one.planned, '20:10', async () => {
    await story.save('chen', request(one), {
      handled_by: story.id(one.installer),
      completed_at: story.now(),
      outcome: '已依核准內容完成',
    });
    await story.act('chen', request(one), 'complete');
  });
}
