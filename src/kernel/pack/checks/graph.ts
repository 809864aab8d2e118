import { placeOf } from '../build/build.ts';
import { own } from '../own.ts';
import type { Compile } from '../resolve.ts';
import type { Action, Allowed, RecordType, Role, Who } from '../types.ts';
import { type Place, targetOf } from './follow.ts';

/** What only shows when a whole flow, or several together, are looked at. */

const moving = (type: RecordType): Action[] =>
  Object.values(type.actions).filter((action) => action.to !== undefined && action.name !== 'open');

/** Every state must be reachable from the first, and every state that is not final must have a way out. */
export function checkFlow(type: RecordType, compile: Compile): void {
  const states = Object.values(type.flow);
  // a misspelt state is reported where it is named; what it cuts off is only its consequence
  if (moving(type).some((action) => [action.to!, ...action.from].some((name) => !own(type.flow, name)))) return;
  const reached = reachable(type);
  for (const state of states) {
    if (!reached.has(state.name)) {
      const message = { zh: `沒有動作通往 "${state.name}"`, en: `no action leads to "${state.name}"` };
      compile.report('unreachable', placeOf(compile.origins, state), message, {
        zh: '加動作或刪除',
        en: 'add one or delete it',
      });
    }
    if (state.final || state.name === 'on_record' || states.length === 1) continue;
    if (moving(type).some((action) => action.from.includes(state.name) && action.to !== state.name)) continue;
    const message = { zh: `"${state.name}" 沒有出口`, en: `nothing leaves "${state.name}"` };
    compile.report('dead-end', placeOf(compile.origins, state), message, {
      zh: '加動作，或標 final: true',
      en: 'add an action, or final: true',
    });
  }
}

function reachable(type: RecordType): Set<string> {
  const first = Object.values(type.flow).find((state) => state.initial);
  const reached = new Set(first ? [first.name] : []);
  for (const name of reached)
    for (const action of moving(type)) if (action.from.includes(name)) reached.add(action.to!);
  return reached;
}

type Step = { type: RecordType; action: Action };
const keyOf = ({ type, action }: Step): string => `${type.name}.${action.name}`;

/** `does` that comes back to where it began would never end. */
export function checkCircles(types: RecordType[], roles: Record<string, Role>, compile: Compile): void {
  const reported = new Set<string>();
  for (const type of types) {
    for (const action of Object.values(type.actions)) {
      const circle = circleFrom({ type, action }, [], roles, compile);
      if (!circle) continue;
      const id = [...circle].sort().join();
      if (reported.has(id)) continue;
      reported.add(id);
      const shown = [...circle, circle[0]].join(' → ');
      const message = { zh: `連動繞回自己：${shown}`, en: shown };
      compile.report('circle', placeOf(compile.origins, action, 'does'), message, {
        zh: '刪去一個連動',
        en: 'drop one',
      });
    }
  }
}

function circleFrom(step: Step, path: string[], roles: Record<string, Role>, compile: Compile): string[] | undefined {
  const key = keyOf(step);
  if (path[0] === key) return path;
  if (path.includes(key)) return undefined;
  for (const next of nextSteps(step, roles, compile)) {
    const found = circleFrom(next, [...path, key], roles, compile);
    if (found) return found;
  }
  return undefined;
}

function nextSteps({ type, action }: Step, roles: Record<string, Role>, compile: Compile): Step[] {
  const silent: Compile = { ...compile, report: Object.assign(() => undefined, { list: [], unreadable: [] }) };
  const place: Place = { compile: silent, roles, type };
  return action.does.flatMap((effect) => {
    if ('effect' in effect) return [];
    const target = effect.each || effect.act.path[0] === 'item' ? undefined : targetOf(effect.act.path, effect, place);
    const next = target && own(target.actions, effect.act.action);
    return target && next ? [{ type: target, action: next }] : [];
  });
}

// ── who seals ──────────────────────────────────────────────────────────────────────────────────────────────────────

const isOpenTo = (who: Who): boolean => who.kind === 'role' || who.kind === 'role_of' || who.kind === 'anyone';
const allAllowed = (action: Action): Allowed[] => action.by.flatMap((group) => group.any);
const same = (a: Who, b: Who): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A seal given by a role, without saying who may not give it: whoever asked or did the work might approve it. */
export function checkSelfApproval(type: RecordType, compile: Compile): void {
  for (const action of Object.values(type.actions)) {
    if (!action.seal || action.clock || action.name === 'open') continue;
    const holders = allAllowed(action).filter((each) => isOpenTo(each.who));
    const fourEyes = action.by.some((group) => group.quorum === 'all' && group.any.length > 1);
    if (holders.length === 0 || fourEyes) continue;
    const before = sealedJustBefore(action, type, holders);
    const barred = before && action.never.some((who) => who.kind === 'acted' && who.action === before.name);
    if (before && !barred) warnSelf(action, `acts.${before.name}`, type, compile);
    else if (action.never.length === 0 && isAskedFor(type)) warnSelf(action, 'requester', type, compile);
  }
}

/** Another seal, by the same role, that leads to where this one starts. */
function sealedJustBefore(action: Action, type: RecordType, holders: Allowed[]): Action | undefined {
  return Object.values(type.actions).find(
    (other) =>
      other !== action &&
      other.seal !== undefined &&
      other.to !== undefined &&
      action.from.includes(other.to) &&
      !other.from.includes(action.to ?? '') &&
      allAllowed(other).some((each) => holders.some((holder) => same(holder.who, each.who))),
  );
}

/** Somebody asks for it: anyone may open it, or the requester does something in it. */
function isAskedFor(type: RecordType): boolean {
  const whos = Object.values(type.actions).flatMap(allAllowed);
  return whos.some(({ who }) => who.kind === 'anyone' || (who.kind === 'path' && who.path[0] === 'requester'));
}

function warnSelf(action: Action, who: string, type: RecordType, compile: Compile): void {
  const did = who === 'requester' ? 'requested' : `did ${who.slice(5)}`;
  compile.report(
    'self-approval',
    placeOf(compile.origins, action, 'by'),
    {
      zh: `${type.name}.${action.name} 可能由${who === 'requester' ? '申請人' : `做 ${who.slice(5)} 的人`}自己簽核`,
      en: `${action.name} may be sealed by who ${did}`,
    },
    { zh: `加上 never: [${who}]`, en: `never: [${who}]` },
  );
}

/** One role alone may act, and whoever holds it is barred because an earlier act needed the same role. */
export function checkNobody(type: RecordType, compile: Compile): void {
  for (const action of Object.values(type.actions)) {
    const [only, more] = allAllowed(action);
    if (!only || more || only.who.kind !== 'role') continue;
    for (const who of action.never) {
      const barred = soleRole(who, type);
      if (barred !== only.who.role) continue;
      const name = who.kind === 'acted' ? `who did ${who.action}` : 'requester';
      const zh = who.kind === 'acted' ? `做 ${who.action} 的人` : '申請人';
      compile.report(
        'nobody',
        placeOf(compile.origins, action, 'by'),
        { zh: `${zh}可能是唯一的 ${barred}`, en: `${name} may be the only ${barred}` },
        { zh: '再加一個角色', en: 'add a second role' },
      );
    }
  }
}

function soleRole(who: Who, type: RecordType): string | undefined {
  const name =
    who.kind === 'acted' ? who.action : who.kind === 'path' && who.path.join() === 'requester' ? 'open' : undefined;
  const action = name === undefined ? undefined : own(type.actions, name);
  const [only, more] = action ? allAllowed(action) : [];
  return only && !more && only.who.kind === 'role' ? only.who.role : undefined;
}
