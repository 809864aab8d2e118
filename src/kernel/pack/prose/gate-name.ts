import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import type { Definition, Gate } from '../types.ts';
import { quantity } from '../units.ts';

/** What a gate is called where no record is at hand: its title with parameters as their values, else its remedy, else its label. */
export function gateName(definition: Definition, gate: Gate): Text {
  const titled = gate.title && withValues(definition, gate.title);
  return titled ?? gate.fix?.text ?? text(bare(gate.label.zh), bare(gate.label.en));
}

const bare = (template: string): string => template.replace(/[{}]/g, '');

/** Absent when the template asks for more than parameters. */
function withValues(definition: Definition, template: Text): Text | undefined {
  const said = text(
    template.zh.replace(PARAMETER, (whole, name: string) => amount(definition, name)?.zh ?? whole),
    template.en.replace(PARAMETER, (whole, name: string) => amount(definition, name)?.en ?? whole),
  );
  return /[{}]/.test(said.zh + said.en) ? undefined : said;
}

const PARAMETER = /\{\s*param\.(\w+)\s*\}/g;

function amount(definition: Definition, name: string): Text | undefined {
  const parameter = own(definition.parameters, name);
  if (!parameter) return undefined;
  const { value, unit } = parameter;
  return typeof value === 'number' ? quantity(value, unit) : text(String(value), String(value));
}
