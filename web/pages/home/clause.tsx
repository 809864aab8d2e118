import type { LightChange } from '../../../src/runtime/digest-views.ts';
import { say } from '../../language.ts';
import { ClauseLink } from '../../ui/go.tsx';

/** A clause in one line: its number leads to it. */
export function Clause({ clause }: { clause: LightChange['clause'] }) {
  return (
    <div>
      <ClauseLink id={clause.id} label={clause.ref} /> {say(clause.text)}
    </div>
  );
}
