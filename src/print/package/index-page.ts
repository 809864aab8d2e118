import type { Language } from '../../kernel/text.ts';
import { esc, htmlPage, link } from './html.ts';
import type { IndexFile, IndexRecord, IndexSection, PackageIndex } from './types.ts';
import { lightWords, sizeWords, word } from './words.ts';

export const INDEX = 'index.html';
const page = (at: number): string => (at === 0 ? INDEX : `index-${at + 1}.html`);

/** Pages end here, so that an index of a thousand records still opens at once and stays below what authorities take. */
const PAGE_BYTES = 1_500_000;

/**
 * The index as one page, or several when it grows long: the first with the overview, all with clause → records → files. Plain HTML without
 * scripts or anything from elsewhere, for any browser, from a disk.
 */
export function indexPages(index: PackageIndex, howPath: string): { path: string; html: string }[] {
  const { pages, homes } = laidOut(index);
  return pages.map((sections, at) => {
    const body = sections.map(({ html }) => html).join('\n');
    const first = at === 0;
    const title = `${index.title} ${word('title', index.language)}${first ? '' : ` ${at + 1}`}`;
    return {
      path: page(at),
      html: htmlPage(index.language, title, [
        headerOf(index, howPath, title),
        `<main id="main">`,
        first ? remarksOf(index) + overviewOf(index, homes) : '',
        `<h2>${word('sections', index.language)}</h2>${body}</main>`,
      ]),
    };
  });
}

type Home = { page: string; section: IndexSection };

/** A record is told whole in the first section that has it; `homes` says where. */
function laidOut(index: PackageIndex) {
  const homes = new Map<string, Home>();
  const pages: { html: string }[][] = [[]];
  const pageOf = new Map<string, string>();
  let bytes = 0;
  for (const section of index.sections) {
    const here = page(pages.length - 1);
    for (const id of section.records) if (!homes.has(id)) homes.set(id, { page: here, section });
    let html = sectionOf(index, section, homes, here);
    if (bytes > 0 && bytes + html.length * 2 > PAGE_BYTES) {
      pages.push([]);
      bytes = 0;
      const next = page(pages.length - 1);
      for (const id of section.records) if (homes.get(id)!.section === section) homes.set(id, { page: next, section });
      html = sectionOf(index, section, homes, next);
    }
    pageOf.set(section.key, page(pages.length - 1));
    pages.at(-1)!.push({ html });
    bytes += html.length * 2;
  }
  return { pages, homes: pageOf };
}

const anchor = (section: IndexSection): string => `s-${section.key.replace(/[^A-Za-z0-9_.-]/g, '_')}`;

function headerOf(index: PackageIndex, howPath: string, title: string): string {
  const { language } = index;
  const facts: [string, string | undefined][] = [
    [word('asOf', language), index.asOf],
    [word('period', language), index.period],
    [word('madeBy', language), index.madeBy],
    [word('madeAt', language), index.madeAt],
    [word('limit', language), index.limit],
  ];
  return `<header><p class="org">${esc(index.organisation)}</p><h1>${esc(title)}</h1>
<p class="facts">${facts.flatMap(([name, value]) => (value ? [`<span>${name} <b>${esc(value)}</b></span>`] : [])).join(' ')}</p>
<p><a href="${link(howPath)}">${word('how', language)}</a></p></header>`;
}

const remarksOf = ({ remarks, language }: PackageIndex): string =>
  remarks.length === 0
    ? ''
    : `<section class="remarks"><h2>${word('remarks', language)}</h2><ul>${remarks.map((one) => `<li>${esc(one)}</li>`).join('')}</ul></section>`;

function overviewOf(index: PackageIndex, homes: Map<string, string>): string {
  const { language } = index;
  const rows = index.sections.map((section) => {
    const to = `${homes.get(section.key) === INDEX ? '' : homes.get(section.key)}#${anchor(section)}`;
    return `<tr><td class="n"><a href="${to}">${esc(section.number)}</a></td><td>${esc(section.text)}</td>
<td class="l ${section.light}">${lightWords(section.light, language)}</td><td class="c">${section.records.length}${language === 'zh' ? ' 筆' : ''}</td></tr>`;
  });
  return `<h2 id="overview">${word('contents', language)}</h2><table class="overview"><thead><tr><th scope="col">${word('number', language)}</th>
<th scope="col">${word('clause', language)}</th><th scope="col">${word('light', language)}</th><th scope="col">${word('records', language)}</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

function sectionOf(index: PackageIndex, section: IndexSection, homes: Map<string, Home>, here: string): string {
  const { language } = index;
  const own =
    section.own.length > 0 ? `<p class="own">${word('own', language)}：${esc(section.own.join('；'))}</p>` : '';
  const grey = section.grey ? `<p class="own">${esc(section.grey)}</p>` : '';
  const rows = section.records.map((id) => recordRow(index, index.records.get(id)!, homes.get(id)!, section, here));
  const columns = (['record', 'dates', 'state', 'marks', 'files'] as const)
    .map((name) => `<th scope="col">${word(name, language)}</th>`)
    .join('');
  return `<section class="clause" id="${anchor(section)}"><h3>${esc(section.number)} <span class="l ${section.light}">${lightWords(section.light, language)}</span></h3>
<p class="text">${esc(section.text)}</p>${own}${grey}${explained(section, language)}
${rows.length > 0 ? `<table class="records"><thead><tr>${columns}</tr></thead><tbody>${rows.join('\n')}</tbody></table>` : `<p class="none">${word('none', language)}</p>`}
</section>`;
}

const explained = ({ explanations }: IndexSection, language: Language): string =>
  explanations
    .map(
      ({ at, by, cause, measure, due }) =>
        `<p class="explained"><b>${word('explained', language)}</b> ${esc(at)} ${esc(by)}<br>${word('cause', language)}：${esc(cause)}<br>
${word('measure', language)}：${esc(measure)}${due ? `<br>${word('due', language)}：${esc(due)}` : ''}</p>`,
    )
    .join('');

function recordRow(index: PackageIndex, record: IndexRecord, home: Home, section: IndexSection, here: string): string {
  const { language } = index;
  const [form] = record.files;
  const name = form?.parts[0]
    ? `<a href="${link(form.parts[0].path)}">${esc(record.number)}</a>`
    : `<b>${esc(record.number)}</b>`;
  const whole = home.section === section;
  const files = whole
    ? `<ul>${[...record.files.map((file) => fileItem(file, language)), proofItem(record, language)].join('')}</ul>`
    : `${word('elsewhere', language)} <a href="${home.page === here ? '' : home.page}#r-${record.id}">${esc(home.section.number)} ${esc(record.number)}</a>`;
  const marks = record.marks.map((mark) => `<span class="mark">${esc(mark)}</span>`).join(' ');
  return `<tr${whole ? ` id="r-${record.id}"` : ''}><td>${name}<br>${esc(record.title)}<br><span class="sub">${esc(record.kind)}</span></td>
<td class="d">${esc(record.opened)}${record.closed ? `<br>${esc(record.closed)}` : ''}</td><td>${esc(record.state)}</td><td>${marks}</td><td>${files}</td></tr>`;
}

function fileItem({ label, parts, joins, remark }: IndexFile, language: Language): string {
  const all = parts.map(({ path, bytes }, at) => {
    const which = parts.length > 1 ? `${parts.length}${language === 'zh' ? '之' : '/'}${at + 1}` : '';
    return `<a href="${link(path)}">${esc(at === 0 ? `${label} ${which}`.trim() : `${label} ${which}`)}</a> <span class="sub">${sizeWords(bytes)}</span>`;
  });
  const note = [
    joins ? `${word('join', language)}：${joins.name}（SHA-256 ${joins.sha256}）` : '',
    remark ?? '',
  ].filter(Boolean);
  const said = note.length > 0 ? `<br><span class="note">${esc(note.join('；'))}</span>` : '';
  return `<li>${all.length > 0 ? all.join('、') : esc(label)}${said}</li>`;
}

function proofItem({ proofs }: IndexRecord, language: Language): string {
  if (!proofs) return '';
  const zh = language === 'zh';
  const waiting =
    proofs.waiting > 0 ? (zh ? `，另 ${proofs.waiting} 筆製作時尚未封存` : `; ${proofs.waiting} not sealed yet`) : '';
  const count = zh ? `${proofs.count} 筆` : String(proofs.count);
  return `<li><a href="${link(proofs.path)}">${word('proofs', language)}</a> <span class="sub">${count}${waiting}</span></li>`;
}
