import { text } from '../../kernel/text.ts';
import type { Bytes } from '../decode.ts';

/** A file that can be read from its beginning more than once. */
export type Again = () => Bytes;

export const SAVE_TABLE = text(
  '請以 Excel 或 LibreOffice 開啟後另存為 .xlsx、.ods 或 CSV（不設密碼）再匯入，或直接貼上儲存格',
  'Open it in Excel or LibreOffice and save it as .xlsx, .ods or CSV without a password, or paste its cells',
);
