import { SaxesParser } from 'saxes';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { type Bytes, textOf } from '../decode.ts';
import { tooLarge, unreadable } from '../unreadable.ts';
import { type Attributes, closed, type Fault, opened, type Run, startPlace } from './elements.ts';
import type { Host } from './host.ts';

/**
 * Streams nmap's XML, handing over each host when it ends; nothing else is held. No DTD, no entities beyond XML's own
 * five. Refuses what is not well-formed with its line; a file that merely stops is returned with `closed: false`.
 */
export async function parseReport(bytes: Bytes, onHost: (host: Host, run: Run) => void): Promise<Run | Refused> {
  const parser = new SaxesParser();
  const place = startPlace();
  let stop: Refused | undefined;
  let ending = false;
  parser.on('error', (error) => {
    // What saxes complains of at the end is a document that stops early: `closed` says so.
    if (!ending) stop ??= malformed(error, parser.line);
  });
  parser.on('doctype', (doctype) => {
    if (/[[\]]|ENTITY|SYSTEM|PUBLIC/i.test(doctype)) stop ??= declaresEntities(parser.line);
  });
  parser.on('opentag', (tag) => {
    const fault = stop ? undefined : opened(place, tag.name, tag.attributes as Attributes);
    if (fault) stop = refusals[fault](parser.line);
  });
  parser.on('text', (words) => {
    if (place.elem) place.elem.value += words;
  });
  parser.on('closetag', (tag) => {
    const host = stop ? undefined : closed(place, tag.name);
    if (host) onHost(host, place.run);
  });
  for await (const piece of textOf(bytes)) {
    if (isRefused(piece)) return piece;
    if (piece === undefined) return unreadable(text('不是 UTF-8 文字', 'Not UTF-8 text'), AGAIN, parser.line);
    parser.write(piece);
    if (stop) return stop;
  }
  ending = true;
  parser.close();
  return stop ?? (place.root ? place.run : refusals['not-nmap'](parser.line));
}

const AGAIN = text('請以 nmap -oX 重新輸出，未經修改直接匯入', 'Write it again with nmap -oX and import it unchanged');

const refusals: Record<Fault, (line: number) => Refused> = {
  'not-nmap': (line) => unreadable(text('不是 nmap 的 XML 報告', 'Not an XML report of nmap'), AGAIN, line),
  'bad-port': (line) => unreadable(text('埠號無效', 'Not a port number'), AGAIN, line),
  'too-deep': (line) => unreadable(text('元素巢狀過深', 'Elements are nested too deeply'), AGAIN, line),
  'too-many-ports': (line) => tooLarge(text('單一主機的埠過多', 'Too many ports on one host'), line),
};

function malformed(error: Error, line: number): Refused {
  const what = error.message.replace(/^\d+:\d+: /, '').slice(0, 200);
  return unreadable(text(`XML 格式有誤：${what}`, `Not well-formed XML: ${what}`), AGAIN, line);
}

function declaresEntities(line: number): Refused {
  const what = text(
    '檔案宣告了 XML 實體或外部定義，為安全起見不讀取',
    'The file declares XML entities or an external definition; it is not read, for safety',
  );
  return unreadable(what, AGAIN, line);
}
