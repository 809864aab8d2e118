import { getRouteApi } from '@tanstack/react-router';
import type { ActionView } from '../../../src/kernel/engine/types.ts';
import { say, t } from '../../language.ts';
import { mainAction, onlyContent, whyNot } from '../../record/reasons.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';

const route = getRouteApi('/in/records/$id');

/** The next step as the one green button, what else may be done beside it, and what may not with the reason. Fixed to the bottom of a phone. */
export function ActionBar({
  actions,
  busy,
  onTake,
  besides,
  onSave,
}: {
  actions: ActionView[];
  busy: boolean;
  onTake(action: ActionView): void;
  /** What may be done beside the flow: correct, enter paper, copy. */
  besides: MenuEntry[];
  /** There is something to save. What was said of the saved content is no longer true of what stands on the screen. */
  onSave?: (() => void) | undefined;
}) {
  const { id } = route.useParams();
  const main = mainAction(actions);
  const others = actions.filter((action) => whyNot(action) === undefined && action !== main);
  const closed = actions.filter((action) => whyNot(action) !== undefined && action !== main);
  const beside = others.slice(0, 2);
  const rest = others.slice(2);
  return (
    <div className="action-bar">
      <Menu
        label={
          <>
            <Icon name="print" size={16} />
            {t('record.print')}
          </>
        }
        entries={(['pdf', 'odt'] as const).map((format) => ({
          id: format,
          text: t(`record.print_${format}`),
          label: t(`record.print_${format}`),
          href: `/api/v1/records/${encodeURIComponent(id)}/print.${format}`,
        }))}
      />
      {rest.length + besides.length > 0 && (
        <Menu
          label={t('record.more')}
          entries={[
            ...rest.map((action) => ({
              id: action.action,
              text: say(action.label),
              label: say(action.label),
              onAction: () => onTake(action),
            })),
            ...besides,
          ]}
        />
      )}
      {beside.map((action) => (
        <Button
          key={action.action}
          look={action.kind === 'back' ? 'danger' : 'plain'}
          busy={busy}
          onPress={() => onTake(action)}
        >
          {say(action.label)}
        </Button>
      ))}
      {main && onSave && onlyContent(main) && (
        <Button look="go" busy={busy} onPress={onSave}>
          {t('record.saveAndCheck')}
        </Button>
      )}
      {main && !(onSave && onlyContent(main)) && (
        <Button look="go" busy={busy} why={whyNot(main)} onPress={() => onTake(main)}>
          {say(main.label)}
        </Button>
      )}
      {closed.length > 0 && (
        <details className="not-now">
          <summary>{t('record.notNow', { count: closed.length })}</summary>
          <ul>
            {closed.map((action) => (
              <li key={action.action}>
                <strong>{say(action.label)}</strong>　{whyNot(action)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
