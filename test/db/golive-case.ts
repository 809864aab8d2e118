import type { Desk } from './desk.ts';
import type { Office } from './office.ts';
import type { PersonName } from './people.ts';

/** What a go-live needs around it: a procedure in force, registers, documents in force, the pair of forms. */

export type GoLiveWorld = Awaited<ReturnType<typeof goLiveWorld>>;

export const MANIFEST = `${'a1'.repeat(32)}  /srv/pay/app.jar\n${'b2'.repeat(32)}  /srv/pay/config.json\n`;

/** Who agrees to the office's documents and who publishes them. */
const APPROVERS = { lead: 'lu', ciso: 'fan', head: 'hsieh', second: 'tang' } as const;

export async function goLiveWorld(
  office: Pick<Office, 'persons'>,
  desk: Desk,
  by: Record<keyof typeof APPROVERS, PersonName> = APPROVERS,
) {
  await document(
    desk,
    'chou',
    {
      title: '資訊系統開發與維護管理程序',
      kind: 'procedure',
      summary: '資訊系統安全之共同規則',
      edition: '1.0',
      effective_on: '2026-01-01',
    },
    by.lead,
    by.ciso,
  );
  const host = (name: string, environment: string, address: string) =>
    desk.open('chen', 'host', {
      name,
      kind: 'server',
      environment,
      owner: office.persons.chen,
      address,
      phase: 'operation',
      asset_kind: 'server',
    });
  const web = await host('web1', 'production', '127.0.0.1');
  const lab = await host('lab1', 'test', '127.0.0.2');
  const system = await desk.open('chen', 'system', {
    name: '線上繳費',
    owner: office.persons.li,
    application_manager: office.persons.hsu,
    important: false,
    kinds: ['application'],
    hosts: [web],
  });
  const manifest = await desk.file('hsu', 'manifest.sha256', MANIFEST);
  const bundle = await desk.file('hsu', 'pay-2.3.tar.gz', 'pay 2.3');
  const old = await desk.open('hsu', 'software_version', { name: '2.3', system, bundle: [bundle] });
  const release = await desk.open('hsu', 'software_version', {
    name: '2.4',
    system,
    previous: old,
    repository: 'git.office.example/pay',
    commit: '9f3c2ab',
    tag: 'v2.4',
    manifest: [manifest],
    bundle: [await desk.file('hsu', 'pay-2.4.tar.gz', 'pay 2.4')],
  });
  const plan = await desk.open('hsu', 'continuity_plan', {
    name: '線上繳費回復程序',
    system,
    steps: [{ what: '還原資料庫', who_does: '許專員', minutes: 30 }],
    contacts: '許專員 分機 300',
  });
  await desk.act('li', plan, 'approve');
  await document(desk, 'hsu', { title: '線上繳費安控措施', kind: 'security_controls', system }, by.head, by.second);
  return { web, lab, system, old, release };
}

/** Drafted, reviewed, published; by whom depends on its kind. */
async function document(
  desk: Desk,
  author: PersonName,
  values: Record<string, unknown>,
  agrees: PersonName,
  publishes: PersonName,
) {
  const body = [await desk.file(author, `${values.title}.odt`)];
  const id = await desk.open(author, 'policy_document', { ...values, body });
  await desk.act(author, id, 'submit');
  await desk.act(agrees, id, 'agree', { review_opinion: '同意' });
  await desk.act(publishes, id, 'publish');
  return id;
}

/** Both forms, filled in completely, not submitted. */
export async function pairOfForms(desk: Desk, world: GoLiveWorld, planned: { start: string; end: string }) {
  const request = await desk.open('wang', 'service_request', {
    subject: '線上繳費 2.4 版上線',
    kind: 'change',
    install: true,
    system: world.system,
    phone: '201',
    basis: '主計室來文',
    method: '遠端佈署',
    impact_systems: [world.system],
    impact_scope: '繳費頁面',
    work_items: [{ what: '佈署新版', who_does: '許專員' }],
    planned,
    location: 'office_remote',
    parts: ['application'],
    way: 'update',
  });
  const goLive = await desk.open('wang', 'go_live', { service_request: request, system: world.system, kind: 'change' });
  const record = await desk.get('wang', goLive);
  const slot = async (id: string) => ({ ...(await desk.file('wang', `${id}.odt`, `文件 ${id}`)), slot: id });
  await desk.save('wang', goLive, {
    subject: '線上繳費 2.4 版上線',
    developer: '合泰資訊',
    release: world.release,
    previous: world.old,
    hosts: [world.web],
    planned,
    affects_users: false,
    environment_need: '現有主機',
    needs: [{ host: world.web, memory: 4, disk: 20 }],
    rollback: '還原前一版',
    documents: [await slot('install_manual'), await slot('network_diagram'), await slot('recovery_plan')],
    test_data: 'synthetic',
    test_kinds: ['vulnerability_scan', 'malware_scan'],
    checks: answered(record.values.checks, (row) => ({ ...row, answer: 'yes', reason: '見檢測報告' })),
  });
  return { request, goLive };
}

type Row = Record<string, unknown>;
/** Answers in the rows a table was drawn with. */
export const answered = (rows: Row[] | undefined, answer: (row: Row) => Row): Row[] => (rows ?? []).map(answer);
