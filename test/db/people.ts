/** The office of the tests: three units, and one person for every role the procedures of a township office name. */

export const UNITS = {
  office: { name: '公所' },
  civil: { name: '民政課', under: 'office' },
  it: { name: '資訊室', under: 'office' },
} as const satisfies Record<string, { name: string; under?: string }>;

export type UnitName = keyof typeof UNITS;

export type Person = { name: string; unit: UnitName; roles: readonly string[] };

export const PEOPLE = {
  lin: { name: '林管理', unit: 'it', roles: ['administrator'] },
  bai: { name: '白副管', unit: 'it', roles: ['administrator'] },
  wang: { name: '王承辦', unit: 'civil', roles: [] },
  li: { name: '李課長', unit: 'civil', roles: ['unit_head'] },
  chen: { name: '陳機房', unit: 'it', roles: ['room_manager'] },
  hsu: { name: '許專員', unit: 'it', roles: ['room_manager', 'application_manager'] },
  hsieh: { name: '謝主任', unit: 'it', roles: ['unit_head'] },
  tsai: { name: '蔡代理', unit: 'it', roles: [] },
  kuo: { name: '郭資安', unit: 'it', roles: ['security_officer'] },
  ho: { name: '何作業', unit: 'it', roles: ['security_staff'] },
  chou: { name: '周承辦', unit: 'it', roles: ['isms_coordinator', 'isms_team'] },
  tang: { name: '唐副主任', unit: 'it', roles: ['unit_head'] },
  lu: { name: '呂組長', unit: 'office', roles: ['isms_team_lead'] },
  fan: { name: '范資安長', unit: 'office', roles: ['ciso'] },
  chien: { name: '簡稽核', unit: 'office', roles: ['auditor'] },
} as const satisfies Record<string, Person>;

export type PersonName = keyof typeof PEOPLE;

/** Another, smaller staff under the same names; the administrator is always there. */
export type Staff = { [name in PersonName]?: Person };
