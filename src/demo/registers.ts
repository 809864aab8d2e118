import { pdf } from './paper.ts';
import type { Story } from './story.ts';

/** What the office has: suppliers, hosts, devices, systems, releases, contracts, contacts, licences, assets. */

type Host = {
  key: string;
  name: string;
  address: string;
  environment: string;
  owner: string;
  kind?: string;
  os?: string;
  public?: boolean;
};

export const HOSTS: Host[] = [
  {
    key: 'web1',
    name: '線上繳費網站主機',
    address: '10.20.1.11',
    environment: 'production',
    owner: 'chen',
    public: true,
  },
  {
    key: 'web2',
    name: '村里服務網主機',
    address: '10.20.1.12',
    environment: 'production',
    owner: 'chen',
    public: true,
  },
  {
    key: 'web3',
    name: '急難救助申辦主機',
    address: '10.20.1.13',
    environment: 'production',
    owner: 'wu',
    public: true,
  },
  { key: 'app1', name: '公文系統主機', address: '10.20.1.21', environment: 'production', owner: 'chen' },
  { key: 'app2', name: '農地圖資主機', address: '10.20.1.22', environment: 'production', owner: 'wu' },
  { key: 'app3', name: '差勤系統主機', address: '10.20.1.23', environment: 'production', owner: 'chen' },
  { key: 'file1', name: '檔案伺服器', address: '10.20.2.31', environment: 'production', owner: 'wu', kind: 'server' },
  { key: 'ad1', name: '目錄服務主機', address: '10.20.2.32', environment: 'production', owner: 'wu', kind: 'server' },
  {
    key: 'print1',
    name: '列印伺服器',
    address: '10.20.2.41',
    environment: 'production',
    owner: 'wu',
    kind: 'appliance',
  },
  { key: 'anc1', name: '安程主機', address: '10.20.2.60', environment: 'production', owner: 'chen' },
  { key: 'lab1', name: '測試主機一', address: '10.20.9.51', environment: 'test', owner: 'chen' },
  { key: 'lab2', name: '測試主機二', address: '10.20.9.52', environment: 'test', owner: 'wu' },
];

type System = {
  key: string;
  name: string;
  owner: string;
  manager: string;
  important: boolean;
  protection: string;
  hosts: string[];
  about: string;
  supplier?: string;
};

export const SYSTEMS: System[] = [
  {
    key: 'pay',
    name: '線上繳費系統',
    owner: 'huang',
    manager: 'hsu',
    important: true,
    protection: 'moderate',
    hosts: ['web1'],
    about: '規費與公有市場租金線上繳納',
    supplier: 'hotai',
  },
  {
    key: 'village',
    name: '村里服務網',
    owner: 'lee',
    manager: 'hsu',
    important: false,
    protection: 'basic',
    hosts: ['web2'],
    about: '村里公告與場地借用',
    supplier: 'hotai',
  },
  {
    key: 'relief',
    name: '急難救助申辦系統',
    owner: 'lee',
    manager: 'hsu',
    important: true,
    protection: 'moderate',
    hosts: ['web3'],
    about: '急難救助線上申請與審核',
    supplier: 'qinglan',
  },
  {
    key: 'doc',
    name: '公文管理系統',
    owner: 'chang',
    manager: 'chou',
    important: true,
    protection: 'moderate',
    hosts: ['app1'],
    about: '收發文、簽核與歸檔',
    supplier: 'qinglan',
  },
  {
    key: 'gis',
    name: '農地圖資查詢系統',
    owner: 'tseng',
    manager: 'chou',
    important: false,
    protection: 'basic',
    hosts: ['app2'],
    about: '農地分區與地籍圖查詢',
  },
  {
    key: 'hr',
    name: '差勤管理系統',
    owner: 'chang',
    manager: 'chou',
    important: false,
    protection: 'basic',
    hosts: ['app3'],
    about: '差假與加班登錄',
    supplier: 'qinglan',
  },
  {
    key: 'anc',
    name: '安程',
    owner: 'lin',
    manager: 'hsu',
    important: false,
    protection: 'basic',
    hosts: ['anc1'],
    about: '資安程序運作平台',
  },
];

const SUPPLIERS = [
  { key: 'hotai', name: '河泰資訊有限公司', phone: '05-555-0101', email: 'service@hotai.example' },
  { key: 'qinglan', name: '晴嵐科技股份有限公司', phone: '05-555-0102', email: 'help@qinglan.example' },
  { key: 'shanhe', name: '山合網通有限公司', phone: '05-555-0103', email: 'noc@shanhe.example' },
];

const DEVICES = [
  { key: 'fw1', name: '邊界防火牆', kind: 'firewall', address: '10.20.0.1', firmware: '9.4.2' },
  { key: 'rt1', name: '中華線路路由器', kind: 'router', address: '10.20.0.2', firmware: '17.3' },
  { key: 'sw1', name: '機房核心交換器', kind: 'switch', address: '10.20.0.3', firmware: '5.2.1' },
  { key: 'ap1', name: '洽公大廳無線基地台', kind: 'access_point', address: '10.20.0.20', firmware: '3.8' },
];

/** A release of a system: its package kept, and the hashes of the approved files. */
export async function release(
  story: Story,
  key: string,
  system: string,
  name: string,
  previous?: string,
): Promise<void> {
  const commit = story.id(key).replaceAll('-', '').slice(0, 12);
  await story.open('hsu', 'software_version', key, {
    name,
    system: story.id(system),
    repository: `git.xihe.example/${system}`,
    commit,
    tag: `v${name}`,
    bundle: [await story.file('hsu', `${system}-${name}.txt`, `package ${system} ${name} ${commit}\n`)],
    manifest: [await story.file('hsu', `${system}-${name}.sha256.txt`, manifestOf(system, name))],
    location: '版本庫及離線備份碟',
    source_kept: true,
    ...(previous ? { previous: story.id(previous) } : {}),
  });
}

/** What `sha256sum` prints for the files of a release. */
export function manifestOf(system: string, name: string): string {
  const digest = (file: string) =>
    Array.from({ length: 64 }, (_, i) =>
      ((file.charCodeAt(i % file.length) * (i + 7) + name.length) % 16).toString(16),
    ).join('');
  return ['app/server.bin', 'app/settings.conf', 'app/templates/index.tpl']
    .map((file) => `${digest(`${system}${name}${file}`)}  ${file}\n`)
    .join('');
}

export function registers(story: Story): void {
  const { id } = story;
  story.on(-126, '09:10', async () => {
    for (const { key, ...about } of SUPPLIERS) await story.open('hsieh', 'supplier', key, about);
    for (const { key, kind = 'virtual', os = 'Yushan Linux 12', ...about } of HOSTS) {
      await story.open('chen', 'host', key, {
        ...about,
        kind,
        os,
        owner: id(about.owner),
        segment: `${about.address.split('.').slice(0, 3).join('.')}.0/24`,
        location: '主機房 A 櫃',
        in_scope: about.environment === 'production',
        phase: 'operation',
        asset_kind: 'server',
        services: [{ ports: '443', purpose: '服務' }],
        ...(about.public ? { public: true } : {}),
      });
    }
  });
  story.on(-126, '10:40', async () => {
    for (const { key, ...about } of DEVICES) {
      await story.open('wu', 'network_device', key, {
        ...about,
        owner: id('wu'),
        location: '主機房 B 櫃',
        phase: 'operation',
        asset_kind: 'network_connection',
      });
    }
  });
  story.on(-126, '13:30', async () => {
    for (const { key, owner, manager, hosts, about, supplier, ...rest } of SYSTEMS) {
      await story.open('chen', 'system', key, {
        ...rest,
        owner: id(owner),
        application_manager: id(manager),
        kinds: ['application', 'database', 'server'],
        description: about,
        hosts: hosts.map(id),
        repository: `git.xihe.example/${key}`,
        ...(supplier ? { supplier: id(supplier) } : {}),
      });
    }
  });
  story.on(-125, '09:30', () => firstReleases(story));
  story.on(-125, '14:00', () => papersOfSuppliers(story));
  story.on(-124, '10:00', () => assets(story));
  story.on(-86, '10:10', () => addresses(story));
}

async function firstReleases(story: Story): Promise<void> {
  for (const [key, system, name] of [
    ['pay-2.3', 'pay', '2.3'],
    ['village-3.1', 'village', '3.1'],
    ['doc-5.0', 'doc', '5.0'],
    ['gis-1.3', 'gis', '1.3'],
    ['hr-7.1', 'hr', '7.1'],
  ] as const) {
    await release(story, key, system, name);
    await story.act('chen', key, 'use');
  }
}

async function papersOfSuppliers(story: Story): Promise<void> {
  const { id } = story;
  const contacts = [
    ['contact-hotai', 'hotai', '林先生', ['pay', 'village']],
    ['contact-qinglan', 'qinglan', '周小姐', ['doc', 'relief', 'hr']],
  ] as const;
  for (const [key, supplier, person, systems] of contacts) {
    const { name, phone, email } = SUPPLIERS.find((one) => one.key === supplier)!;
    await story.open('tsai', 'security_contact', key, {
      name,
      person,
      phone,
      email,
      topic: '弱點通報與修補',
      supplier: id(supplier),
      systems: systems.map(id),
    });
  }
  await story.open('hsieh', 'software_licence', 'lic-files', {
    name: 'Alishan File Server',
    vendor: '阿里山軟體（虛構）',
    release: '3.0',
    kind: 'per_device',
    quantity: 2,
    proof: '授權書存資訊課鐵櫃',
    custodian: id('wu'),
    scheme: '共同準則 EAL2',
    certificate: 'XH-115-021',
    certified_until: story.date(41),
  });
  await story.open('hsieh', 'software_licence', 'lic-office', {
    name: 'Yushan Office',
    vendor: '玉山軟體（虛構）',
    kind: 'subscription',
    quantity: 48,
    proof: '訂閱合約 115-03',
    custodian: id('hsieh'),
    why_uncertified: '文書軟體無適用之認證制度',
  });
}

async function assets(story: Story): Promise<void> {
  const { id } = story;
  const list = [
    ['asset-pay-db', '繳費資料庫', 'data', 'database', ['pay'], 'hsu'],
    ['asset-doc-files', '公文影像檔', 'data', 'data_file', ['doc'], 'chou'],
    ['asset-fw', '邊界防火牆', 'hardware', 'network_connection', ['pay', 'village'], 'wu'],
    ['asset-av', '防毒管理主控台', 'software', 'security_tool', ['anc'], 'tsai'],
    ['asset-room', '機房監控軟體', 'software', 'network_management_software', ['anc'], 'wu'],
    ['asset-relief-data', '急難救助申請資料', 'data', 'data_file', ['relief'], 'hsu'],
  ] as const;
  for (const [key, name, kind, what, systems, custodian] of list) {
    await story.open('hsieh', 'known_asset', key, {
      name,
      class: kind,
      kind: what,
      systems: systems.map(id),
      phase: 'operation',
      quantity: 1,
      custodian: id(custodian),
      location: '主機房',
      confidentiality: 3,
      integrity: 3,
      availability: 2,
      ...(kind === 'hardware'
        ? { scheme: '資安標章', certificate: 'XH-114-007', certified_until: story.date(25) }
        : {}),
      ...(kind === 'software' ? { why_uncertified: '內部管理工具，僅限管理網段使用' } : {}),
    });
  }
  await story.open('lin', 'contract', 'contract-hotai', {
    name: '線上繳費系統維護案',
    kind: 'maintenance',
    supplier: id('hotai'),
    system: id('pay'),
    owner: id('hsu'),
  });
  await story.save('hsu', 'contract-hotai', {
    valid: { start: story.day(-124), end: story.date(22) },
    document: [await story.file('hsu', '維護契約.pdf', pdf('Maintenance contract 115-07'))],
    members: [{ person: '林先生', duty: '維護工程師', valid: { start: story.day(-124), end: story.date(22) } }],
  });
  await story.act('hsu', 'contract-hotai', 'submit');
  await story.act('lin', 'contract-hotai', 'approve');
}

async function addresses(story: Story): Promise<void> {
  const { id } = story;
  for (const [key, purpose, host, address] of [
    ['ip-web2', '村里服務網', 'web2', '10.20.1.12'],
    ['ip-lab1', '測試環境', 'lab1', '10.20.9.51'],
  ] as const) {
    await story.open('wu', 'ip_address', key, { purpose, address, owner: id('wu'), host: id(host), public: false });
  }
}
