import { formatRocMoment } from '../kernel/calendar/roc.ts';
import type { Language } from '../kernel/text.ts';
import type { PrintDocument } from './types.ts';

type Sheet = {
  /** A C2SP signed note: the log's name, how many entries, their root, signatures. */
  note: string;
  /** With it anybody checks the note. */
  key: string;
  /** ISO moments: when it was sealed, when this is printed. */
  sealedAt: string;
  now: string;
  organisation: string;
  language: Language;
};

/** More is hard to read off paper; cosignatures go first, for each witness has its own. */
const MOST_BYTES = 1200;

/**
 * One page with a checkpoint, for whoever keeps it on paper: what it says, the whole note to read and as QR code, room for name,
 * date and seal. A signed sheet in somebody else's drawer is a witness that needs no network.
 */
export function checkpointPaper({ note, key, sealedAt, now, organisation, language }: Sheet): PrintDocument {
  const [origin = '', size = '', root = ''] = note.split('\n');
  const zh = language === 'zh';
  const moment = (at: string) => (zh ? formatRocMoment(at) : inTaipei(at));
  const whole = short(note);
  return {
    language,
    organisation,
    title: zh ? '稽核紀錄封存點' : 'Checkpoint of the audit ledger',
    serialLabel: zh ? '封存點' : 'Checkpoint',
    serial: zh ? `第 ${Number(size).toLocaleString('en')} 筆止` : `up to entry ${Number(size).toLocaleString('en')}`,
    header: [{ label: zh ? '封存時間' : 'Sealed', value: moment(sealedAt) }],
    sections: [
      {
        title: zh ? '封存內容' : 'What is sealed',
        fields: [
          { label: zh ? '軌跡名稱' : 'Ledger', value: origin },
          { label: zh ? '樹根' : 'Root', value: inGroups(Buffer.from(root, 'base64').toString('hex')) },
          { label: zh ? '驗證金鑰' : 'Key', value: key },
        ],
      },
      {
        title: zh ? '封存點全文（QR 碼內容相同）' : 'The checkpoint itself (the QR code holds the same)',
        code: whole,
        beside: [
          zh
            ? '請見證人核對後簽名或蓋章、填寫日期，並於本機關以外自行保管。'
            : 'To the witness: check this sheet, sign and date it, and keep it outside this organisation.',
          zh
            ? '日後本機關的稽核紀錄若無法由此封存點延續而來，即表示此前的紀錄遭到更動。'
            : 'Should the ledger ever fail to continue from this checkpoint, entries before it have been altered.',
          '',
          ...whole.trimEnd().split('\n'),
        ],
      },
      {
        title: zh ? '見證' : 'Witness',
        fields: (zh
          ? ['機關（單位）', '職稱', '姓名', '日期', '保管處所']
          : ['Organisation', 'Title', 'Name', 'Date', 'Kept at']
        ).map((label) => ({ label, value: '　' })),
      },
    ],
    seals: (zh ? ['製表人', '見證人（簽名或蓋章）'] : ['Printed by', 'Witness (signature or seal)']).map((label) => ({
      label,
      byHand: true,
    })),
    printedAt: moment(now),
  };
}

/** The note with as many of its signatures as the code can hold; the log's own comes first. */
function short(note: string): string {
  const [body = '', signatures = ''] = note.split('\n\n');
  let kept = `${body}\n\n`;
  for (const line of signatures.split('\n').filter(Boolean)) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(line) < MOST_BYTES) kept += `${line}\n`;
  }
  return kept;
}

/** Eight by eight and four to a line, as the ledger page shows it. */
const inGroups = (hex: string): string[] =>
  [hex.slice(0, 32), hex.slice(32)].map((half) => (half.match(/.{1,8}/g) ?? []).join('　'));

const inTaipei = (at: string): string =>
  `${new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')} (Taipei)`;
