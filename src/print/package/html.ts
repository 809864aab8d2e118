import type { Language } from '../../kernel/text.ts';
import { word } from './words.ts';

export const esc = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign]!);

/** A path inside the package as an address: each folder and name escaped, the slashes kept. */
export const link = (path: string): string => esc(path.split('/').map(encodeURIComponent).join('/'));

/** A whole page for a disk: no scripts, nothing fetched, plain CSS that browsers of 2015 draw. */
export function htmlPage(language: Language, title: string, body: string[]): string {
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hant-TW' : 'en'}"><head><meta charset="utf-8"><title>${esc(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${STYLE}</style></head>
<body><a class="skip" href="#main">${word('skip', language)}</a>
${body.join('\n')}
</body></html>
`;
}

const STYLE = `
body{margin:0 auto;max-width:1120px;padding:24px 20px 48px;background:#fff;color:#1d2320;font:16px/1.65 "Noto Sans TC","Microsoft JhengHei","PingFang TC",sans-serif}
h1{font-family:"Noto Serif TC","PMingLiU",serif;font-size:26px;line-height:1.35;margin:4px 0 10px}
h2{font-family:"Noto Serif TC","PMingLiU",serif;font-size:20px;margin:36px 0 10px;padding-bottom:6px;border-bottom:2px solid #1d2320}
h3{font-size:17px;margin:0 0 4px}
p{margin:4px 0}ul,ol{margin:0;padding-left:20px}li{margin:2px 0}
a{color:#17594a}a:visited{color:#4a3b78}
.skip{position:absolute;left:-9999px}.skip:focus{left:8px;top:8px;background:#fff;padding:4px 8px}
.org{color:#4b544f}.facts span{display:inline-block;margin-right:20px;color:#4b544f}.facts b{color:#1d2320;font-weight:600}
table{border-collapse:collapse;width:100%;margin:8px 0;font-size:15px}
th,td{border:1px solid #b9c2bd;padding:6px 9px;text-align:left;vertical-align:top}
th{background:#eef2f0;font-weight:600;white-space:nowrap}
.n,.d{white-space:nowrap}.c{text-align:right}.l{white-space:nowrap;font-weight:600}
.l.ok{color:#17594a}.l.partial{color:#7a5200}.l.late{color:#a5281b}.l.off{color:#59625d}
h3 .l{font-size:14px;margin-left:8px}
.clause{margin:0 0 26px;padding-top:14px;border-top:1px solid #d9dfdc}.own,.none,.sub{color:#4b544f}.sub,.note{font-size:14px}
.note{color:#7a5200}.text{max-width:900px}
.explained{margin:8px 0;padding:8px 12px;border-left:4px solid #a5281b;background:#fbf3f1}
.mark{display:inline-block;padding:0 7px;border:1px solid #a5281b;border-radius:3px;color:#a5281b;font-size:13px;white-space:nowrap;margin:1px 0}
.remarks{margin:18px 0;padding:4px 16px 12px;background:#fdf8ea;border:1px solid #d9c88f}.remarks h2{border:0;margin:10px 0 4px;font-size:17px}
code,pre{font-family:Consolas,"Noto Sans Mono CJK TC",monospace;font-size:14px}pre{background:#f3f5f4;padding:10px 12px;overflow:auto;white-space:pre-wrap;word-break:break-all}
.records td:nth-child(1){width:27%}.records td:nth-child(5){width:34%;word-break:break-word}
@media(max-width:700px){body{padding:14px 12px 32px}table,tbody,tr,td{display:block;border:0}thead{display:none}tr{border:1px solid #b9c2bd;margin:0 0 10px;padding:6px 9px}
td{padding:1px 0}.c{text-align:left}.records td:nth-child(1),.records td:nth-child(5){width:auto}}
@media print{body{max-width:none;padding:0;font-size:10.5pt}a{color:#000;text-decoration:none}table{font-size:9.5pt}tr,h3{page-break-inside:avoid}h3,.text{page-break-after:avoid}.skip{display:none}}
@page{size:A4;margin:16mm 14mm}
`;
