import type { Envelope } from '../kernel/ledger/envelope.ts';
import type { Definition, ParameterValue } from '../kernel/pack/types.ts';
import { type Text, text } from '../kernel/text.ts';

/**
 * Rules that come into force carry, of the organisation's own values, none that it did not set by an act: a value slipped into its table
 * while others were adopted is found there. @param definitionOf the rules by hash.
 */
export function tuning(definitionOf: (hash: string) => Definition | undefined): (envelope: Envelope) => Text[] {
  const own = new Map<string, string>();
  return ({ type, data }) => {
    if (type === 'parameter.set') own.set(String(data.name), JSON.stringify(data.value));
    if (type === 'parameter.restored') own.delete(String(data.name));
    const adopted = type === 'definition.adopted' ? definitionOf(String(data.hash)) : undefined;
    return Object.values(adopted?.parameters ?? {}).flatMap(({ name, values, value, setBy }) => {
      const mine: ParameterValue[] = values.filter(({ pack }) => pack === OWN).map((one) => one.value);
      if (setBy?.pack === OWN) mine.push(value);
      return mine.every((one) => JSON.stringify(one) === own.get(name)) ? [] : [slippedIn(name)];
    });
  };
}

const OWN = 'organisation';

const slippedIn = (name: string): Text =>
  text(`採用的規則中，參數 ${name} 的值不是機關所設`, `the rules adopted hold a value of ${name} that nobody set`);
