import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate';

const KEEP_ROW =
  '<style:style style:name="KeepRow" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style>';

/**
 * Sets right what odf-kit writes differently from what an office expects: line ends between runs, which a reader shows as
 * spaces; a page style that LibreOffice does not apply because the default one is called Standard; doubled cell borders;
 * paragraph spacing inside cells; rows and stamps cut by a page end.
 */
export function tidied(odt: Uint8Array): Uint8Array {
  const files = unzipSync(odt);
  const rewritten = (name: string, change: (xml: string) => string): void => {
    const file = files[name];
    if (!file) throw new Error(`odf-kit wrote no ${name}`);
    files[name] = strToU8(change(strFromU8(file)).replaceAll('>\n<', '><'));
  };
  rewritten('content.xml', (xml) =>
    xml
      .replaceAll('<style:table-properties ', '<style:table-properties table:border-model="collapsing" ')
      .replaceAll('<table:table-row>', '<table:table-row table:style-name="KeepRow">')
      .replace('<office:automatic-styles>', `<office:automatic-styles>${KEEP_ROW}`),
  );
  rewritten('styles.xml', (xml) =>
    xml
      .replace('<style:master-page style:name="Default"', '<style:master-page style:name="Standard"')
      .replace('fo:margin-bottom="0.212cm"', 'fo:margin-bottom="0cm"'),
  );
  const { mimetype, ...others } = files;
  if (!mimetype) throw new Error('odf-kit wrote no mimetype');
  // OpenDocument 1.3 part 2, 3.3: the type comes first and uncompressed.
  const zip: Zippable = { mimetype: [mimetype, { level: 0 }], ...others };
  return zipSync(zip);
}
