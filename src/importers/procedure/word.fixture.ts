import { strToU8, zipSync } from 'fflate';

/** Writes real .docx packages for tests: paragraphs, lists as Word numbers them, styles. */

const W =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"';
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export type WordLevel = {
  format: string;
  text: string;
  start?: number;
  restart?: number;
  legal?: boolean;
  style?: string;
};

/** `<w:abstractNum>` with its levels. */
export const abstractNum = (id: number, levels: WordLevel[]): string =>
  `<w:abstractNum w:abstractNumId="${id}">${levels
    .map(
      ({ format, text, start = 1, restart, legal, style }, at) =>
        `<w:lvl w:ilvl="${at}"><w:start w:val="${start}"/><w:numFmt w:val="${format}"/>${restart === undefined ? '' : `<w:lvlRestart w:val="${restart}"/>`}${
          style ? `<w:pStyle w:val="${style}"/>` : ''
        }${legal ? '<w:isLgl/>' : ''}<w:suff w:val="space"/><w:lvlText w:val="${escaped(text)}"/></w:lvl>`,
    )
    .join('')}</w:abstractNum>`;

/** `<w:num>`; `starts` are overrides by level. */
export const num = (id: number, abstract: number, starts: Record<number, number> = {}): string =>
  `<w:num w:numId="${id}"><w:abstractNumId w:val="${abstract}"/>${Object.entries(starts)
    .map(([at, start]) => `<w:lvlOverride w:ilvl="${at}"><w:startOverride w:val="${start}"/></w:lvlOverride>`)
    .join('')}</w:num>`;

/** A paragraph, in list `numId` at `level`, or of a style. */
export const paragraph = (
  text: string,
  { numId, level = 0, style }: { numId?: number; level?: number; style?: string } = {},
): string =>
  `<w:p><w:pPr>${style ? `<w:pStyle w:val="${style}"/>` : ''}${
    numId === undefined ? '' : `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${numId}"/></w:numPr>`
  }</w:pPr><w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r></w:p>`;

export const headingStyle = (id: string, name: string, outline: number, numId?: number): string =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/><w:pPr>${
    numId === undefined ? '' : `<w:numPr><w:ilvl w:val="${outline}"/><w:numId w:val="${numId}"/></w:numPr>`
  }<w:outlineLvl w:val="${outline}"/></w:pPr></w:style>`;

/** The whole package. `document.xml` comes before the parts it needs, as Word writes it. */
export function wordFile({
  body,
  numbering = '',
  styles = '',
}: {
  body: string;
  numbering?: string;
  styles?: string;
}): Uint8Array {
  const part = (xml: string) => strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${xml}`);
  const type = (name: string, of: string) =>
    `<Override PartName="/word/${name}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.${of}+xml"/>`;
  const relation = (id: number, name: string) =>
    `<Relationship Id="r${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${name}" Target="${name}.xml"/>`;
  const R = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';
  return zipSync({
    '[Content_Types].xml': part(
      `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${type('document', 'document.main')}${type('numbering', 'numbering')}${type('styles', 'styles')}</Types>`,
    ),
    '_rels/.rels': part(
      `<Relationships ${R}><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    ),
    'word/document.xml': part(`<w:document ${W}><w:body>${body}</w:body></w:document>`),
    'word/_rels/document.xml.rels': part(
      `<Relationships ${R}>${relation(1, 'numbering')}${relation(2, 'styles')}</Relationships>`,
    ),
    'word/numbering.xml': part(`<w:numbering ${W}>${numbering}</w:numbering>`),
    'word/styles.xml': part(
      `<w:styles ${W}><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>${styles}</w:styles>`,
    ),
  });
}
