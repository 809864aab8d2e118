import type { Language } from '../kernel/text.ts';

/**
 * A paper as an office knows it, neutral of any file format. All texts are ready to be read: dates are written
 * (115年11月20日), choices are labels. A renderer lays out; it decides nothing.
 */
export type PrintDocument = {
  /** Language of the words a renderer adds itself: 文件編號, 頁次. */
  language: Language;
  organisation: string;
  title: string;
  documentNumber?: string;
  /** 機密等級: 一般, 限閱, 敏感, 機密. */
  classification?: string;
  version?: string;
  /** The record's own number: 115-防火牆-0042. */
  serial: string;
  /** What that is called where it is no record's number. */
  serialLabel?: string;
  /** Above the sections: who asks, which unit, when. */
  header: PrintField[];
  sections: PrintSection[];
  seals: PrintSeal[];
  history?: { at: string; who: string; what: string }[];
  footnote?: string;
  /** Where the ledger proves this paper; becomes the QR code. */
  proofUrl?: string;
  /** What the QR code holds, where it is no proof. */
  codeLabel?: string;
  /** Stands for exactly this content: whoever registers the signed paper gives it, read from the QR code or typed. */
  code?: string;
  /** When this copy was made, as text. */
  printedAt: string;
};

export type PrintSection = { title: string } & (
  | { fields: PrintField[] }
  | { table: { columns: PrintColumn[]; rows: string[][] } }
  /** A QR code large enough to hold a page of text, and what stands beside it. */
  | { code: string; beside: string[] }
);

/** Several lines in one field are an array. */
export type PrintField = { label: string; value: string | string[] };

/** `width` is relative to the other columns; without it the content decides. */
export type PrintColumn = { title: string; width?: number; align?: 'left' | 'center' | 'right' };

/** One box of the stamp row; without a name it is still empty. */
export type PrintSeal = {
  /** What is being sealed: 申請人, 單位主管, 資安長. */
  label: string;
  name?: string;
  role?: string;
  at?: string;
  /** 代理, 兼任, 紙本核章. */
  note?: string;
  /** The content changed afterwards; the seal no longer counts. */
  void?: boolean;
  /** Given with a pen on this very sheet: the box stays empty. */
  byHand?: boolean;
};
