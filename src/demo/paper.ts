/** Attachments of the demo: small, and the same bytes every time. */

/** A one-page PDF with a few lines of plain letters. */
export function pdf(title: string, lines: string[] = []): Uint8Array {
  const words = [title, '', ...lines, '', 'Demonstration document. Nobody and nothing in it exists.'];
  const text = words.map((line, i) => `${i === 0 ? '/F1 16 Tf' : '/F1 11 Tf'} (${escaped(line)}) Tj T*`).join('\n');
  const stream = `BT 18 TL 72 770 Td\n${text}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  return new TextEncoder().encode(body + table + end);
}

const escaped = (line: string): string => line.replace(/[\\()]/g, (mark) => `\\${mark}`);
