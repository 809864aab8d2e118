import { Link } from '@tanstack/react-router';
import type { Me } from '../../src/runtime/views.ts';
import { t } from '../language.ts';
import { hasPage } from '../pages/others.ts';
import { Pill } from '../ui/bits.tsx';
import { Icon } from '../ui/icons.tsx';
import { navigation, onlyManages } from './nav.ts';

/** The list of places; the same on the side of a desk and in the drawer of a phone. */
export function Navigation({ me, onSearch }: { me: Me; onSearch(): void }) {
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      <Link to="/" className="brand">
        安程
      </Link>
      <div className="org">
        {me.organisation?.name}
        {me.organisation?.demo && <Pill tone="warn">{t('shell.demo')}</Pill>}
      </div>
      <button type="button" className="nav-search" onClick={onSearch}>
        <Icon name="search" size={15} />
        {t('nav.search')}
        <kbd>/</kbd>
      </button>
      {navigation.map((group) => {
        const entries = group.entries.filter(
          (entry) => (entry.shown?.(me) ?? true) && (!entry.file || hasPage(entry.file)),
        );
        if (entries.length === 0) return null;
        return (
          <div key={group.key}>
            {group.key !== 'work' && <h2>{t(`nav.group.${group.key}`)}</h2>}
            <ul>
              {entries.map((entry) => {
                const count = entry.count?.(me) ?? 0;
                return (
                  <li key={entry.key}>
                    <Link
                      {...entry.link}
                      activeOptions={{ exact: entry.key === 'home', includeSearch: false }}
                      activeProps={{ className: 'on' }}
                    >
                      {entry.key === 'home' && onlyManages(me) ? t('management.title') : t(`nav.${entry.key}`)}
                      {count > 0 && (
                        <b>
                          {count}
                          <span className="visually-hidden">{t('nav.open')}</span>
                        </b>
                      )}
                    </Link>
                  </li>
                );
              })}
            </ul>
          </div>
        );
      })}
      <ul className="nav-foot">
        <li>
          <Link to="/notices" activeProps={{ className: 'on' }}>
            <span>
              <Icon name="bell" size={15} /> {t('nav.notices')}
            </span>
            {me.counts.notices > 0 && <b>{me.counts.notices}</b>}
          </Link>
        </li>
        <li>
          <Link to="/account" activeProps={{ className: 'on' }}>
            <span>
              <Icon name="person" size={15} /> {me.person?.name ?? me.account.name}
            </span>
          </Link>
        </li>
      </ul>
    </nav>
  );
}
