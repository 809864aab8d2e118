import { digestDays, digestsOf, preferencesByPerson, USUAL } from '../../runtime/query/digest.ts';
import { rolesOf } from '../../runtime/query/look.ts';
import { asking, commanding, hasRole, notAllowed, os } from './ask.ts';

/** The morning digest: one's own, everybody's for whoever hands it out on paper, and how one wants to hear of it. */
export const digestAnswers = {
  get: os.digest.get.handler(({ input, context }) =>
    asking(context, async (look) => {
      const { person } = look.viewer;
      const days = person ? await digestDays(look, person) : [];
      const day = input.day ?? days[0];
      const [found] = person && day ? await digestsOf(look, day, person) : [];
      const address = person && look.context.directory.persons[person]?.email;
      return {
        days,
        ...(found ? { digest: found } : {}),
        preferences: (person && (await preferencesByPerson(look)).get(person)) || USUAL,
        head: rolesOf(look.context.directory, person, look.now).includes('unit_head'),
        mail: context.http.mailSettings.read() !== undefined,
        ...(address ? { address } : {}),
      };
    }),
  ),
  office: os.digest.office.handler(({ input, context }) =>
    asking(context, async (look) => {
      if (!hasRole(look, 'isms_coordinator', 'security_officer', 'isms_team_lead')) return notAllowed;
      const days = await digestDays(look);
      const day = input.day ?? days[0];
      return { days, digests: day ? await digestsOf(look, day) : [] };
    }),
  ),
  prefer: os.digest.prefer.handler(async ({ input, context }) => {
    const { commandId, ...wanted } = input;
    const { pos } = await commanding(context, { do: 'digest.set_preferences', id: commandId, input: wanted });
    return { pos };
  }),
};
