import { Link } from '@tanstack/react-router';
import type { LightChange } from '../../../src/runtime/digest-views.ts';
import { say } from '../../language.ts';

/** A clause in one line: its number leads to it. */
export function Clause({ clause }: { clause: LightChange['clause'] }) {
  return (
    <div>
      <Link to="/procedure/$pack" params={{ pack: clause.pack }} hash={clause.id} className="clause-number">
        {clause.ref ?? clause.id}
      </Link>{' '}
      {say(clause.text)}
    </div>
  );
}
