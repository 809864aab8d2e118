/** A text people read, always in both languages. */
export type Text = { zh: string; en: string };

export type Language = keyof Text;

export const text = (zh: string, en: string): Text => ({ zh, en });
