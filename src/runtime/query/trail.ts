import { sql } from 'kysely';
import { MARKS } from '../../kernel/engine/otherwise.ts';
import type { Mark, RecordState } from '../../kernel/engine/types.ts';
import { decodeEntry, type Envelope } from '../../kernel/ledger/envelope.ts';
import { leafHash } from '../../kernel/ledger/merkle.ts';
import type { Definition } from '../../kernel/pack/types.ts';
import { isRefused } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import { newestCheckpoint } from '../ledger-rows.ts';
import type { TrailItem, TrailPage } from '../views.ts';
import { commandWords } from './command-words.ts';
import { type Look, label } from './look.ts';
import { personNamed, refsOf } from './names.ts';
import { refusalWords } from './refusal-words.ts';

export type TrailFilter = { stream?: string; type?: string; person?: string; from?: string; until?: string };

/** The ledger itself, newest first: for auditors and the curious; every line leads to its record and its proof. */
export async function trailPage(
  look: Look,
  page: { after?: string; limit?: number },
  filter: TrailFilter = {},
): Promise<TrailPage> {
  const limit = page.limit ?? 50;
  const size = look.asOf?.pos ?? (await sizeOf(look));
  const found = await sql<{ pos: string; entry: Buffer }>`select pos, entry from event
    where organisation = ${look.organisation} and pos < ${page.after ? Number(page.after) : size}
      ${filter.stream ? sql`and stream = ${filter.stream}` : sql``}
      ${filter.type ? sql`and type like ${`${filter.type}%`}` : sql``}
      ${filter.from ? sql`and recorded_at >= ${filter.from}::date::timestamp at time zone 'Asia/Taipei'` : sql``}
      ${filter.until ? sql`and recorded_at < (${filter.until}::date + 1)::timestamp at time zone 'Asia/Taipei'` : sql``}
      ${filter.person ? sql`and position(${`"person":"${filter.person}"`}::bytea in entry) > 0` : sql``}
    order by pos desc limit ${limit + 1}`.execute(look.tx);
  const sealed = await sealedState(look);
  const rows = found.rows.slice(0, limit).map((row) => ({
    pos: Number(row.pos),
    envelope: decoded(row.entry),
    leaf: Buffer.from(leafHash(row.entry)).toString('hex'),
  }));
  const refs = await refsOf(
    look,
    rows.map(({ envelope }) => envelope.stream.replace(/^attempt:/, '')),
  );
  const items = rows.map(({ pos, envelope, leaf }): TrailItem => {
    const record = refs.get(envelope.stream.replace(/^attempt:/, ''));
    return {
      pos,
      at: envelope.at,
      stream: envelope.stream,
      type: envelope.type,
      label: eventLabel(look, envelope),
      ...(envelope.actor.person ? { by: personNamed(look, envelope.actor.person) } : {}),
      ...(envelope.actor.for ? { for: personNamed(look, envelope.actor.for) } : {}),
      ...(record ? { record } : { about: aboutWhat(look, envelope) }),
      sealed: pos < sealed.size,
      leaf,
    };
  });
  const last = items.at(-1);
  return {
    items,
    ...(found.rows.length > limit && last ? { next: String(last.pos) } : {}),
    size,
    sealedSize: sealed.size,
    root: sealed.root,
    ...(sealed.at ? { checkpointAt: sealed.at } : {}),
  };
}

/** What an event that belongs to no record is about: whom, which role, unit, parameter or setting; empty when only a machine name is left. */
function aboutWhat(look: Look, { stream, data }: Envelope): Text {
  const { directory, definition } = look.context;
  const [kind = '', id = ''] = stream.split(':');
  const person = directory.persons[String(data.person ?? id)]?.name ?? directory.persons[id]?.name;
  const unit = directory.units[id]?.name ?? directory.units[String(data.unit ?? '')]?.name;
  const role = definition.roles[String(data.role ?? '')];
  const parts = [
    ...[person, unit].flatMap((name) => (name ? [{ zh: name, en: name }] : [])),
    ...(role ? [role.label] : []),
    ...(kind === 'parameter' && definition.parameters[id] ? [definition.parameters[id].label] : []),
  ];
  return { zh: parts.map(({ zh }) => zh).join(' · '), en: parts.map(({ en }) => en).join(' · ') };
}

async function sizeOf(look: Look): Promise<number> {
  const found = await sql<{
    next_pos: string;
  }>`select next_pos from head where organisation = ${look.organisation}`.execute(look.tx);
  return Number(found.rows[0]?.next_pos ?? 0);
}

/** The newest signed checkpoint: how much is sealed, under which root (hex), since when. */
export async function sealedState(look: Look): Promise<{ size: number; root: string; at?: string; note?: string }> {
  return (await newestCheckpoint(look.tx, look.organisation)) ?? { size: 0, root: '' };
}

export function decoded(entry: Uint8Array): Envelope {
  const envelope = decodeEntry(entry);
  if (isRefused(envelope)) throw new Error(`unreadable entry in the ledger: ${envelope.refused[0]?.message.en}`);
  return envelope;
}

export const PLAIN: Record<string, Text> = {
  'record.filled': { zh: '填寫', en: 'Filled in' },
  'record.sealed': { zh: '簽核', en: 'Sealed' },
  'record.voided': { zh: '簽核失效', en: 'Seal void' },
  'record.owed': { zh: '應補作業', en: 'Owed' },
  'record.settled': { zh: '補正完成', en: 'Made good' },
  'record.violated': { zh: '逾期未補', en: 'Not made good in time' },
  'record.late': { zh: '逾期', en: 'Late' },
  'record.commented': { zh: '留言', en: 'Comment' },
  'record.linked': { zh: '建立關聯', en: 'Linked' },
  'record.confirmed': { zh: '確認', en: 'Confirmed' },
  'record.declined': { zh: '未確認', en: 'Not confirmed' },
  'record.corrected': { zh: '更正', en: 'Corrected' },
  'record.objected': { zh: '對更正提出異議', en: 'Objection to the correction' },
  'record.proposed': { zh: '申請更正', en: 'Correction asked for' },
  'record.handed': { zh: '職務交接', en: 'Handed over' },
  'record.decided': { zh: '決定更正申請', en: 'Decision about a correction' },
  'record.told': { zh: '通知', en: 'Told' },
  'reading.made': { zh: '閱覽', en: 'Read' },
  'attempt.refused': { zh: '嘗試未獲准', en: 'Attempt refused' },
  'sign_in.refused': { zh: '對此帳號之登入或身分確認未過', en: 'Sign-in or proof of identity failed on this account' },
  'sign_in.unknown_names': { zh: '以不存在的帳號登入', en: 'Sign-in with names nobody has' },
  'token.refused': { zh: '使用權杖遭拒', en: 'Use of a token refused' },
  'effect.asked': { zh: '要求作業', en: 'Effect asked for' },
  'notice.read': { zh: '已讀通知', en: 'Notice read' },
  'notice.acknowledged': { zh: '簽收通知', en: 'Notice acknowledged' },
  'definition.adopted': { zh: '採用程序書', en: 'Procedures adopted' },
  'parameter.set': { zh: '設定參數', en: 'Parameter set' },
  'organisation.founded': { zh: '建立機關', en: 'Organisation founded' },
  'unit.added': { zh: '新增單位', en: 'Unit added' },
  'unit.edited': { zh: '修改單位', en: 'Unit changed' },
  'unit.ended': { zh: '裁撤單位', en: 'Unit closed' },
  'person.added': { zh: '新增人員', en: 'Person added' },
  'person.edited': { zh: '修改人員', en: 'Person changed' },
  'person.ended': { zh: '人員離職', en: 'Person left' },
  'grant.asked': { zh: '申請授予角色', en: 'Role asked for' },
  'grant.given': { zh: '授予角色', en: 'Role given' },
  'grant.revoked': { zh: '取消角色', en: 'Role revoked' },
  'deputy.named': { zh: '指定代理人', en: 'Deputy named' },
  'deputy.ended': { zh: '終止代理', en: 'Deputyship ended' },
  'account.linked': { zh: '連結帳號', en: 'Account linked' },
  'invitation.made': { zh: '邀請建立帳號', en: 'Invitation made' },
  'invitation.accepted': { zh: '接受邀請', en: 'Invitation accepted' },
  'account.erased': { zh: '帳號隨個資刪除', en: 'Account erased' },
  'hold.placed': { zh: '列入保全', en: 'Put on legal hold' },
  'hold.lifted': { zh: '解除保全', en: 'Hold lifted' },
  'erasure.ordered': { zh: '決定刪除個資', en: 'Erasure ordered' },
  'erasure.done': { zh: '個資已刪除', en: 'Personal values erased' },
  'disposal.ordered': { zh: '執行銷毀', en: 'Destruction ordered' },
  'disposal.destroyed': { zh: '紀錄已銷毀', en: 'Record destroyed' },
  'disposal.finished': { zh: '銷毀案辦畢', en: 'Disposal carried out' },
  'passkey.enrolled': { zh: '登錄通行金鑰', en: 'Passkey enrolled' },
  'backup.made': { zh: '完成備份', en: 'Backup made' },
  'backup.failed': { zh: '備份未完成', en: 'Backup failed' },
  'backup.checked': { zh: '檢查備份碟', en: 'Backup disk checked' },
  'backup.key_made': { zh: '製作復原金鑰', en: 'Recovery key made' },
  'backup.disk_prepared': { zh: '準備備份碟', en: 'Backup disk prepared' },
  'backup.restored': { zh: '由備份還原', en: 'Restored from a backup' },
  'restore.tested': { zh: '還原演練', en: 'Restore drill' },
  'setting.edited': { zh: '變更設定', en: 'Setting changed' },
  'parameter.restored': { zh: '參數恢復', en: 'Parameter restored' },
  'notice.escalated': { zh: '通知升級', en: 'Notice escalated' },
  'notice.sent': { zh: '系統通知', en: 'Notice sent' },
  'notice.settled': { zh: '通知事由已排除', en: 'What a notice told is over' },
  'log.request_mailed': { zh: '寄出見證請求檔', en: 'Request for a cosignature mailed' },
  'notice.mailed': { zh: '通知即時寄送', en: 'Notice mailed at once' },
  'digest.given': { zh: '每日摘要', en: 'Morning digest' },
  'digest.ended': { zh: '當日摘要完成', en: "The day's digests are given" },
  'digest.preferred': { zh: '設定摘要偏好', en: 'Digest preferences set' },
  'mail.queued': { zh: '待寄郵件', en: 'Mail to be sent' },
  'mail.sent': { zh: '郵件已寄出', en: 'Mail sent' },
  'mail.failed': { zh: '郵件未寄出', en: 'Mail not sent' },
  'token.made': { zh: '建立權杖', en: 'Token made' },
  'token.revoked': { zh: '撤銷權杖', en: 'Token revoked' },
  'export.made': { zh: '匯出', en: 'Exported' },
  'sample.drawn': { zh: '抽樣', en: 'Sample drawn' },
  'scan.completed': { zh: '掃描結果已登錄', en: 'Scan registered' },
  'log.pulsed': { zh: '軌跡每日心跳', en: 'Daily pulse of the ledger' },
  'log.rebuilt': { zh: '資料表依事項重建', en: 'Tables rebuilt from their events' },
  'log.begun': { zh: '軌跡另起新期', en: 'A new log was begun' },
  'scan.imported': { zh: '匯入掃描', en: 'Scan imported' },
  'text.imported': { zh: '匯入程序書', en: 'Procedure imported' },
  'text.written': { zh: '程序書條文', en: "A procedure's clauses" },
  'text.linked': { zh: '條文對照', en: 'Clauses mapped' },
  'text.withdrawn': { zh: '撤下程序書', en: 'Procedure withdrawn' },
  'checklist.imported': { zh: '匯入檢核題庫', en: 'Checklist imported' },
  'checklist.written': { zh: '檢核題目', en: "A checklist's questions" },
  'checklist.linked': { zh: '題目對照', en: 'Questions mapped' },
  'checklist.withdrawn': { zh: '撤下檢核題庫', en: 'Checklist withdrawn' },
  'adoption_plan.proposed': { zh: '擬訂採用計畫', en: 'Adoption plan proposed' },
  'adoption_plan.approved': { zh: '核定採用計畫', en: 'Adoption plan approved' },
  'adoption_plan.returned': { zh: '退回採用計畫', en: 'Adoption plan returned' },
  'clause.explained': { zh: '說明及改善', en: 'Light explained' },
};

/** What an event was, in a few words, with the mark it carries. */
export const eventLabel = (look: Look, envelope: Pick<Envelope, 'type' | 'data' | 'definition'>): Text =>
  withMark(plainLabel(look, envelope), markOf(envelope));

/** The same without the mark: the action's own label where there is one. */
export function plainLabel(look: Look, envelope: Pick<Envelope, 'type' | 'data' | 'definition'>): Text {
  const type = String(envelope.data.type ?? '');
  const definition = look.context.definitions.get(envelope.definition) ?? look.context.definition;
  if (envelope.type === 'record.opened') {
    const name = label(definition, type);
    const { by, confirmed } = (envelope.data.acts as unknown as RecordState['acts'] | undefined)?.open ?? {};
    if (!by || !confirmed) return { zh: `建立${name.zh}`, en: `${name.en} opened` };
    const [prepared, second] = [personNamed(look, by).name, personNamed(look, confirmed.by).name];
    return {
      zh: `建立${name.zh}：${prepared}編製，${second}確認`,
      en: `${name.en} opened: prepared by ${prepared}, confirmed by ${second}`,
    };
  }
  if (envelope.type === 'export.made') return exportWords(definition, envelope.data);
  const told = refusalWords(envelope) ?? commandTried(envelope);
  if (told) return saying(PLAIN[envelope.type] ?? told, told);
  const action = definition.records[type]?.actions[String(envelope.data.action ?? envelope.data.what ?? '')];
  const plain = plainWords(envelope);
  if (action && plain) return { zh: `${plain.zh}：${action.label.zh}`, en: `${plain.en}: ${action.label.en}` };
  return action?.label ?? plain ?? { zh: envelope.type, en: envelope.type };
}

/** Which command was refused, where it was no act on a record. */
export const commandTried = ({ type, data }: Pick<Envelope, 'type' | 'data'>): Text | undefined =>
  type === 'attempt.refused' && typeof data.command === 'string' ? commandWords(data.command) : undefined;

const saying = (what: Text, more: Text): Text => ({ zh: `${what.zh}：${more.zh}`, en: `${what.en}: ${more.en}` });

const EXPORTED: Record<string, Text> = {
  register: { zh: '清單', en: 'List' },
  population: { zh: '期間母體', en: 'Population' },
  trail: { zh: '稽核紀錄', en: 'Audit ledger' },
  catalogue: { zh: '銷毀目錄', en: 'Catalogue of a disposal' },
  package: { zh: '佐證資料', en: 'Evidence package' },
  checkpoint: { zh: '封存點', en: 'Checkpoint' },
};

/** `匯出清單：主機（214 筆）`. */
export function exportWords(definition: Definition, data: Envelope['data']): Text {
  const what = EXPORTED[String(data.what)] ?? { zh: String(data.what), en: String(data.what) };
  const kind = definition.records[String(data.type ?? '')]?.label;
  const rows = Number(data.rows).toLocaleString('en');
  return {
    zh: `匯出${what.zh}${kind ? `：${kind.zh}` : ''}（${rows} 筆）`,
    en: `${what.en} exported${kind ? `: ${kind.en}` : ''} (${rows} rows)`,
  };
}

/** 勘誤 and 更正 are one event; 代填 is confirmed, the rest countersigned; only one rung of a deadline is the lateness itself. */
function plainWords({ type, data }: Pick<Envelope, 'type' | 'data'>): Text | undefined {
  const inside = data as { correction?: { kind?: string }; kind?: string };
  if (type === 'record.corrected' && inside.correction?.kind === 'erratum') return { zh: '勘誤', en: 'Erratum' };
  if (type === 'record.late' && data.rung !== 'late') return { zh: '期限提醒', en: 'Reminder of a deadline' };
  if (type === 'record.confirmed' && inside.kind !== 'filled') return { zh: '副署', en: 'Countersigned' };
  return PLAIN[type];
}

type Carries = { mark?: Mark };

/** How it came about, when not by its author, then and there. */
function markOf({ data }: Pick<Envelope, 'data'>): Text | undefined {
  const inside = data as unknown as {
    kind?: Mark['kind'];
    votes?: Carries[];
    seal?: Carries;
    act?: Carries;
    marked?: Carries | Carries[];
  };
  const holders = [inside.seal, inside.act, ...(inside.votes ?? []), ...[inside.marked ?? []].flat()];
  const kind = inside.kind ?? holders.find((one) => one?.mark)?.mark?.kind;
  return kind && MARKS[kind];
}

const withMark = (words: Text, how: Text | undefined): Text =>
  how ? { zh: `${words.zh}（${how.zh}）`, en: `${words.en} (${how.en})` } : words;
