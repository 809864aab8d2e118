import type { FunctionType } from '../cel/types.ts';
import type { ScalarType, ValueType } from './types.ts';

/**
 * The catalogue of what a condition may call: the table "every record … hooks" of the pack language, typed.
 * `time` and `values` are answered by the kernel from their arguments; every other module answers facts.
 * Effects appear under `module.name` and only in `does`.
 */

const scalar = (is: ScalarType): ValueType => ({ is });
const any = scalar('any');
const text = scalar('text');
const number = scalar('number');
const yesNo = scalar('yes_no');
const moment = scalar('moment');
const date = scalar('date');
const span = scalar('span');
const period = scalar('period');
const person = scalar('person');
const ref = (to: string): ValueType => ({ is: 'ref', to });
const object = (fields: Record<string, ValueType>): ValueType => ({ is: 'object', fields });
const rows = (of: ValueType): ValueType => ({ is: 'rows', of });
const seen = (fields: Record<string, ValueType>): ValueType => rows(object({ key: text, text, ...fields }));

/** Depends on its arguments alone. */
const pure =
  (module: 'time' | 'values') =>
  (args: ValueType[], returns: ValueType, optionalFrom?: number): FunctionType => ({
    args,
    returns,
    module,
    pure: true,
    ...(optionalFrom === undefined ? {} : { optionalFrom }),
  });
const fact =
  (module: string) =>
  (args: ValueType[], returns: ValueType, optionalFrom?: number): FunctionType => ({
    args,
    returns,
    module,
    pure: false,
    ...(optionalFrom === undefined ? {} : { optionalFrom }),
  });
const effect = (module: string, args: ValueType[], optionalFrom?: number): FunctionType => ({
  args,
  returns: any,
  module,
  pure: false,
  effect: true,
  ...(optionalFrom === undefined ? {} : { optionalFrom }),
});

const time = pure('time');
const values = pure('values');
const identity = fact('identity');
const duties = fact('duties');
const monitoring = fact('monitoring');
const findings = fact('findings');
const inventory = fact('inventory');
const network = fact('network');
const logs = fact('logs');
const evidence = fact('evidence');
const retention = fact('retention');
const documents = fact('documents');
const notices = fact('notices');
const compliance = fact('compliance');

export const FUNCTIONS: Record<string, FunctionType> = {
  minutes: time([number], span),
  hours: time([number], span),
  days: time([number], span),
  workdays: time([number], span),
  weeks: time([number], span),
  months: time([number], span),
  years: time([number], span),
  workdays_between: time([moment, moment], number),
  minutes_between: time([moment, moment], number),
  in_hours: time([moment, text], yesNo),
  covers: time([period, moment], yesNo),
  is_workday: time([date], yesNo),

  given: values([any], yesNo),
  shares: values([any, any], yesNo),
  sum: values([any, text], number),
  text: values([any], text),
  is_ip: values([any], yesNo),
  host_of: values([any], text),
  main_version: values([text], text),
  outside: values([scalar('address')], yesNo),
  rule_key: values([any], text),
  touches: values([scalar('ports'), scalar('ports')], yesNo),

  has_role: identity([person, text], yesNo),
  administered: identity([person, moment], yesNo),
  conflicts: identity([person], rows(object({ role: text, with: text }))),
  absent: identity([person, date], yesNo),
  accounts: identity([person], seen({ system: ref('any'), account: text, privileged: yesNo, last_used: moment })),
  grants: identity([ref('any')], seen({ person, account: text, role: text, since: moment })),

  last_done: duties([text, any], moment, 1),
  missed: duties([text, any], number, 1),

  used_percent: monitoring([ref('any')], number),
  value: monitoring([text, any], number, 1),
  usual: monitoring([text, any], number, 1),
  days_to_full: monitoring([ref('any')], number),
  availability: monitoring([ref('any'), any], number),
  free: monitoring([ref('any'), text], number),
  clock_offset: monitoring([ref('any')], number),
  tls: monitoring([any], object({ version: text, expires: date })),
  protection: monitoring([ref('any')], object({ running: yesNo, signed_on: date })),

  last_scan: findings(
    [ref('any')],
    object({
      finished_at: moment,
      patched_on: date,
      tool: text,
      by_hand: yesNo,
      covers: { is: 'refs', to: 'any' },
      keys: { is: 'list', of: text },
    }),
  ),
  open_findings: findings([ref('any'), text], rows(ref('finding')), 1),
  last_malware_scan: findings(
    [ref('any')],
    object({ finished_at: moment, detections: number, tool: text, by_hand: yesNo }),
  ),
  advisories: findings([ref('any')], seen({ severity: text, published_on: date, url: scalar('url') })),
  uncovered: findings([span], rows(ref('any'))),
  coverage: findings([ref('any')], number),

  software: inventory([ref('any')], seen({ name: text, version: text, publisher: text, installed_on: date })),
  installs: inventory([ref('any')], number),
  file_changes: inventory([ref('any')], seen({ path: text, change: text, at: moment, sha256: text })),
  deployed: inventory([ref('any'), ref('any')], object({ mismatched: number, source_files: number })),
  retrievable: inventory([ref('any')], yesNo),
  impact: inventory([ref('any')], rows(ref('any'))),

  device_rules: network(
    [ref('any')],
    seen({ action: text, log: yesNo, source: text, destination: text, protocol: text, ports: text }),
  ),
  rule_hits: network([any, span], number),
  open_ports: network([ref('any')], seen({ port: number, protocol: text, service: text })),
  discovered: network([any], seen({ address: text, mac: text, name: text, first_seen: moment })),
  weak_settings: network([ref('any')], seen({ setting: text, found: text, expected: text })),
  dns_zone: network([text], seen({ name: text, type: text, value: text })),
  path: network([any, any], rows(ref('any'))),

  last_line: logs([any], moment),
  hits: logs([text, any], number, 1),
  gapless: logs([any, any], yesNo),
  opened_by: logs([any, person], moment),
  intact: logs([], yesNo),

  same: evidence([any, any], yesNo),
  on_hold: retention([ref('any')], yesNo),
  retention_over: retention([ref('any')], yesNo),
  public_body: retention([], yesNo),

  in_force: documents([text], ref('policy_document')),
  trained: documents([person, text], moment),
  agreed: documents([person, text], moment),
  passed_quiz: documents([person, text], yesNo),

  acknowledged: notices([ref('any'), text], yesNo),
  read_percent: notices([ref('any')], number),

  clause_state: compliance([text], text),
  level: compliance([], text),
  adopted_at: compliance([], moment),

  'identity.suspend': effect('identity', [person]),
  'identity.end_sessions': effect('identity', [person]),
  'identity.revoke': effect('identity', [person, text], 1),
  'monitoring.pause': effect('monitoring', [ref('any'), span], 1),
  'monitoring.resume': effect('monitoring', [ref('any')]),
  'monitoring.probe': effect('monitoring', [ref('any')]),
  'logs.slice': effect('logs', [any, any]),
  'retention.hold': effect('retention', [ref('any')]),
  'retention.release': effect('retention', [ref('any')]),
  'retention.destroy': effect('retention', [ref('any')]),
  'hooks.call': effect('hooks', [text]),
};

/** What modules keep as records, and the types the platform itself knows: their fields, as conditions see them. */
export const SOURCES: Record<string, Record<string, ValueType>> = {
  person: { name: text, unit: scalar('unit'), title: text, email: text },
  unit: { name: text, under: scalar('unit') },
  contact: { name: text, phone: text, email: text },
  occurrence: {
    duty: text,
    subject: ref('any'),
    period: text,
    state: text,
    due: moment,
    opened_at: moment,
    done_at: moment,
    by: person,
    proof: ref('any'),
  },
  alert: {
    monitor: text,
    subject: ref('any'),
    state: text,
    since: moment,
    opened_at: moment,
    closed_at: moment,
    value: number,
    key: text,
    text,
    owner: person,
  },
  clause: { id: text, pack: text, ref: text, text },
  gate: { id: text, name: text, record: text, pack: text, clause: { is: 'list', of: text }, waive: text, text },
  parameter: { id: text, name: text, value: any, unit: text, clause: text },
};

/** Fields of one file of a `files` field. */
export const FILE_FIELDS: Record<string, ValueType> = {
  name: text,
  sha256: text,
  size: number,
  media: text,
  slot: text,
};
