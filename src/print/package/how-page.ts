import type { Language } from '../../kernel/text.ts';
import { esc, htmlPage } from './html.ts';

export type How = {
  language: Language;
  organisation: string;
  /** Where proofs, the policy and the sums lie. */
  proofs: string;
  policy: string;
  sums: string;
  /** Name of the ledger and how much of it was sealed; absent where nothing is sealed yet. */
  checkpoint?: { origin: string; size: number };
  verifierKey?: string;
};

export const howPath = (language: Language): string => (language === 'zh' ? '如何驗證.html' : 'how-to-verify.html');

/** One page for whoever takes the package home: what can be checked without the office, how, and what that does not show. */
export function howPage(how: How): string {
  const title = how.language === 'zh' ? '如何驗證這份佐證資料' : 'How to verify this package';
  return htmlPage(how.language, title, [
    `<header><p class="org">${esc(how.organisation)}</p><h1>${title}</h1><p><a href="index.html">${how.language === 'zh' ? '回索引' : 'Back to the index'}</a></p></header>`,
    `<main id="main">${how.language === 'zh' ? zh(how) : en(how)}</main>`,
  ]);
}

const commands = ({ proofs, policy }: How) => esc(`ancheng verify --proof "${proofs}" --policy "${policy}"`);
const origin = ({ checkpoint }: How) =>
  checkpoint ? `${esc(checkpoint.origin)}, ${checkpoint.size.toLocaleString('en')}` : '—';

const zh = (how: How) => `
<h2>一、檔案有沒有少、有沒有被改</h2>
<p>整包壓縮檔的 SHA-256 在製作完成時寫入該機關的稽核紀錄（事項「匯出佐證資料」），可請機關提供該筆的證明檔，以下面的方式驗證後比對。包內每個檔案的 SHA-256 列在 <code>${esc(how.sums)}</code>：</p>
<pre>Linux / macOS：  sha256sum -c ${esc(how.sums)}
Windows：        Get-FileHash -Algorithm SHA256 檔名</pre>
<h2>二、紀錄是不是當時就封存在軌跡裡</h2>
<p>「${esc(how.proofs)}」資料夾下，每筆紀錄一個資料夾，每個事項一個 <code>.tlog-proof</code>（C2SP tlog-proof）。在任何一台裝有安程的電腦上執行，不需網路、不需連到該機關：</p>
<pre>${commands(how)}</pre>
<p>全部成立時顯示驗證的筆數；任何一筆不成立會指出檔名。格式公開，也可以用其他程式驗證。</p>
<p>軌跡名稱與封存筆數：<code>${origin(how)}</code>${how.verifierKey ? `<br>驗證金鑰：<code>${esc(how.verifierKey)}</code>` : ''}</p>
<p><b>金鑰請另行核對。</b>包內的金鑰與資料同出一處；請與機關先前公布、列印留存或由見證機關提供的金鑰比對，相同才有意義。</p>
<h2>三、證明了什麼，沒有證明什麼</h2>
<ul><li>證明：這些事項（誰、何時、做了什麼、內容的雜湊）確實在已封存的軌跡內，封存後未遭更動。</li>
<li>未證明：內容是否屬實、做法是否符合規定；這由稽核人員判斷。個人資料欄位在事項內為密文，PDF 上的內容由機關解密印出。</li></ul>
<h2>四、切割的檔案怎麼合併</h2>
<p>索引註明「須合併後開啟」的檔案分為 <code>.001</code>、<code>.002</code>……，依序合併即為原檔；合併後的 SHA-256 應與索引所列相同：</p>
<pre>Windows：        copy /b "檔名.001"+"檔名.002" "檔名"
Linux / macOS：  cat 檔名.0* &gt; 檔名</pre>
<p>註明「依頁分冊」的 PDF 每一冊都可單獨開啟，內容與原檔相同，雜湊值不同；原檔的雜湊值列在索引。</p>`;

const en = (how: How) => `
<h2>1. Is anything missing or changed?</h2>
<p>When the package was finished its SHA-256 was written into the organisation’s ledger (“Evidence package exported”); ask for the proof of that entry, check it as below and compare. The SHA-256 of every file inside is in <code>${esc(how.sums)}</code>:</p>
<pre>Linux / macOS:  sha256sum -c ${esc(how.sums)}
Windows:        Get-FileHash -Algorithm SHA256 FILE</pre>
<h2>2. Were the records sealed in the ledger at the time?</h2>
<p>Folder “${esc(how.proofs)}” has a folder per record with a <code>.tlog-proof</code> (C2SP tlog-proof) per entry. On any computer with Ancheng, without a network or the organisation:</p>
<pre>${commands(how)}</pre>
<p>It tells how many hold, and names every file that does not. The format is public; other programs can check it, too.</p>
<p>Ledger and entries sealed: <code>${origin(how)}</code>${how.verifierKey ? `<br>Verifier key: <code>${esc(how.verifierKey)}</code>` : ''}</p>
<p><b>Compare the key with one you have from elsewhere.</b> The key in here comes from the same place as the data; it means something when it equals the one the organisation published or printed before, or that a witness gives.</p>
<h2>3. What is shown, and what is not</h2>
<ul><li>Shown: these entries (who, when, what was done, the hash of the content) are in the sealed ledger and have not been altered since.</li>
<li>Not shown: whether the content is true, or what was done complies; that is for the auditor to say. Personal values are encrypted inside entries; the organisation printed them in clear on the PDFs.</li></ul>
<h2>4. Files in pieces</h2>
<p>Files marked “opens once joined” come as <code>.001</code>, <code>.002</code> …; joined in order they are the original, with the SHA-256 the index gives:</p>
<pre>Windows:        copy /b "FILE.001"+"FILE.002" "FILE"
Linux / macOS:  cat FILE.0* &gt; FILE</pre>
<p>PDFs “split by pages” open one by one; their content is that of the original, their hashes are not. The index gives the hash of the original.</p>`;
