import { watchedActs } from '../../modules/identity/index.ts';
import { personNamed, refsOf } from '../../runtime/query/names.ts';
import { asking, hasRole, notAllowed, os } from './ask.ts';
import { READS_TRAIL } from './proof.ts';

/** What the auditor is told of monthly: 兼任 with who countersigned, and seals in the week after a reset. */
export const watchedAnswers = {
  list: os.watched.list.handler(({ input, context }) =>
    asking(context, async (look) => {
      if (!hasRole(look, ...READS_TRAIL)) return notAllowed;
      const acts = await watchedActs(look.tx, look.organisation, input.month);
      const ids = acts.flatMap(({ record, exception }) => (exception === undefined ? [record] : [record, exception]));
      const refs = await refsOf(look, ids);
      return acts.flatMap(({ record, exception, person, action, confirmed, declined, ...act }) => {
        const about = refs.get(record);
        if (!about) return [];
        const permitted = exception === undefined ? undefined : refs.get(exception);
        return {
          ...act,
          record: about,
          action: look.context.definition.records[about.type]?.actions[action]?.label ?? { zh: action, en: action },
          person: personNamed(look, person),
          ...(permitted ? { exception: permitted } : {}),
          ...(confirmed ? { confirmed: { ...confirmed, by: personNamed(look, confirmed.by) } } : {}),
          ...(declined
            ? { declined: { at: declined.at, ...(declined.by ? { by: personNamed(look, declined.by) } : {}) } }
            : {}),
        };
      });
    }),
  ),
};
