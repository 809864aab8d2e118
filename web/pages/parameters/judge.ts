import type { ParameterView } from '../../../src/runtime/views.ts';

type Value = ParameterView['value'];
type Judged = Pick<ParameterView, 'stricter' | 'values'>;

/** A value for the whole organisation against what the adopted procedures demand: the server decides, this only forewarns. */
export type Verdict = 'stricter' | 'same' | 'looser';

/** `looser` as soon as one procedure demands more; `stricter` when it is stricter than all of them. */
export function judge(parameter: Judged, value: Value): Verdict {
  const demanded = demands(parameter).map((each) => each.value);
  if (demanded.some((other) => isLooser(parameter.stricter, value, other))) return 'looser';
  if (demanded.some((other) => !isLooser(parameter.stricter, other, value))) return 'same';
  return demanded.length === 0 || parameter.stricter === 'none' ? 'same' : 'stricter';
}

/** What the procedures ask, the organisation's own value left out. */
export const demands = ({ values }: Pick<ParameterView, 'values'>) =>
  values.filter((each) => each.from !== 'organisation');

/** The procedures' values that nothing stricter beats: the one in force, unless the organisation went further. */
export const isStrictest = (parameter: Judged, value: Value): boolean =>
  demands(parameter).every((other) => !isLooser(parameter.stricter, value, other.value));

function isLooser(stricter: string, value: Value, other: Value): boolean {
  if (typeof value === 'number' && typeof other === 'number') {
    if (stricter === 'lower') return value > other;
    if (stricter === 'higher') return value < other;
  }
  if (Array.isArray(value) && Array.isArray(other)) {
    const [mine, theirs] = [value.map(String), other.map(String)];
    if (stricter === 'fewer') return mine.some((item) => !theirs.includes(item));
    if (stricter === 'more') return theirs.some((item) => !mine.includes(item));
  }
  return false;
}
