import QRCode from 'qrcode';
import { localClock, localDate } from '../kernel/calendar/date.ts';

/**
 * One printable page with a checkpoint, for whoever keeps it on paper: text, QR code of the whole note, verifier key.
 * A signed sheet in somebody else's drawer is a witness that needs no network.
 */
export async function checkpointSheet(note: string, key: string, published: Date): Promise<string> {
  const code = await QRCode.toString(note, { type: 'svg', errorCorrectionLevel: 'M', margin: 1 });
  const [origin = '', size = '', root = ''] = note.split('\n');
  const moment = published.toISOString();
  const at = `${localDate(moment)} ${localClock(moment)}`;
  return `<!doctype html>
<html lang="zh-Hant"><meta charset="utf-8"><title>稽核軌跡封存點 ${escaped(size)}</title>
<style>
  @page { size: A4; margin: 22mm 20mm }
  body { font: 12pt/1.7 "Noto Serif CJK TC", "Noto Serif TC", serif; color: #111; max-width: 170mm; margin: auto }
  h1 { font-size: 20pt; text-align: center; letter-spacing: .3em; margin: 0 0 6mm }
  h1 small { display: block; font-size: 11pt; letter-spacing: 0; font-weight: normal }
  dl { display: grid; grid-template-columns: 38mm 1fr; border: .4mm solid #111; margin: 0 0 6mm }
  dt, dd { margin: 0; padding: 2mm 3mm; border-bottom: .2mm solid #999; overflow-wrap: anywhere }
  dt { border-right: .2mm solid #999 } dt:last-of-type, dd:last-of-type { border-bottom: 0 }
  code { font: 9.5pt/1.5 monospace } pre { font: 8pt/1.5 monospace; white-space: pre-wrap; overflow-wrap: anywhere }
  .code svg { display: block; width: 74mm; margin: 0 auto }
  .sign { display: grid; grid-template-columns: 1fr 1fr; gap: 12mm; margin-top: 8mm } .sign div { border-bottom: .3mm solid #111; height: 16mm }
</style>
<h1>稽核軌跡封存點<small>Checkpoint of the ledger</small></h1>
<dl>
  <dt>軌跡 Ledger</dt><dd><code>${escaped(origin)}</code></dd>
  <dt>筆數 Entries</dt><dd>${escaped(size)}</dd>
  <dt>根雜湊 Root</dt><dd><code>${escaped(root)}</code></dd>
  <dt>發布 Published</dt><dd>${at}（臺北時間 Taipei）</dd>
  <dt>驗證金鑰 Key</dt><dd><code>${escaped(key)}</code></dd>
</dl>
<div class="code">${code}</div>
<p>請見證人簽章並自行保管。日後該軌跡若無法由此封存點延續而來，即表示此前的紀錄遭到更動。<br>
Sign and keep this. A later ledger that does not continue from this checkpoint has been altered before it.</p>
<div class="sign"><div>見證人 Witness</div><div>日期 Date</div></div>
<pre>${escaped(note)}</pre>
</html>
`;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
