import { t } from '../language.ts';
import { Dialog } from '../ui/dialog.tsx';

/** What the keyboard can do. */
export default function Shortcuts({ onClose }: { onClose(): void }) {
  const keys = [
    ['/', t('shortcuts.search')],
    ['?', t('shortcuts.list')],
    ['Tab', t('shortcuts.next')],
    ['Enter', t('shortcuts.press')],
    ['Esc', t('shortcuts.close')],
  ];
  return (
    <Dialog title={t('shortcuts.title')} onClose={onClose}>
      <table className="data">
        <tbody>
          {keys.map(([key, does]) => (
            <tr key={key}>
              <td>
                <kbd>{key}</kbd>
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
