import { type Text, text } from '../text.ts';
import type { Definition } from './types.ts';

/**
 * How one cites a clause: as its paper numbers it, 「伍、二、(二)3」; where its pack has no paper, whose number it is stands before
 * it, 「共用基礎 8」.
 */
export function citedAs(definition: Definition, id: string): Text {
  const [pack = '', ...rest] = id.split('.');
  const ref = definition.clauses[id]?.ref;
  const { zh, en } = packTitle(definition, pack);
  return ref ? text(ref, ref) : text(`${zh} ${rest.join('.')}`, `${en} ${rest.join('.')}`);
}

/** A pack by its title; by its name where it is not adopted (any more). */
export const packTitle = ({ packs }: Definition, name: string): Text =>
  packs.find((pack) => pack.name === name)?.title ?? text(name, name);
