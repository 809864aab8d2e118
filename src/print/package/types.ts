import type { Language } from '../../kernel/text.ts';

/**
 * A package as its index tells it. All texts are ready to be read in the language of the package; paths are relative to the index,
 * with `/`, not yet escaped.
 */
export type PackageIndex = {
  language: Language;
  organisation: string;
  /** The procedure or checklist it follows, with its version. */
  title: string;
  asOf: string;
  period?: string;
  madeBy: string;
  madeAt: string;
  /** Each file at most this large: `3 MB`. */
  limit?: string;
  sections: IndexSection[];
  records: Map<string, IndexRecord>;
  /** What whoever reads must know: what was left out, what could not be made. */
  remarks: string[];
};

export type Light = 'ok' | 'partial' | 'late' | 'off';

export type IndexSection = {
  key: string;
  number: string;
  /** The numbers of the organisation’s own text for it. */
  own: string[];
  text: string;
  light: Light;
  /** Why it is grey: not before this day, or not running yet. */
  grey?: string;
  explanations: { at: string; by: string; cause: string; measure: string; due?: string }[];
  records: string[];
};

export type IndexRecord = {
  id: string;
  number: string;
  title: string;
  kind: string;
  opened: string;
  closed?: string;
  state: string;
  /** 紙本核章, 補登, 兼任, 代填, 緊急先行, 人工, 更正, 勘誤, 沿用. */
  marks: string[];
  files: IndexFile[];
  /** Folder with a proof per entry of the ledger, how many, and how many entries are not sealed yet. */
  proofs?: { path: string; count: number; waiting: number };
};

export type IndexFile = {
  label: string;
  parts: { path: string; bytes: number }[];
  /** Cut into pieces that open only when joined: what they make. */
  joins?: { name: string; sha256: string };
  /** Why there is no file, or not the one expected. */
  remark?: string;
};
