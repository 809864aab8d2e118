import type { Me } from '../../src/runtime/views.ts';
import { t } from '../language.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Navigation } from './navigation.tsx';

/** The navigation on a phone. */
export default function Drawer({ me, onSearch, onClose }: { me: Me; onSearch(): void; onClose(): void }) {
  return (
    <Dialog title={t('nav.label')} place="side" onClose={onClose}>
      <Navigation me={me} onSearch={onSearch} />
    </Dialog>
  );
}
