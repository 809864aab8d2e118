/** A text people read, always in both languages. */
export type Text = { zh: string; en: string };

export type Language = keyof Text;

export const text = (zh: string, en: string): Text => ({ zh, en });

/** Whether every text in a value, names of fields included, can be kept: no U+0000, no half of a surrogate pair. */
export const isWritable = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => isWritable(name) && isWritable(inner));
};
