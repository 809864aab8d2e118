import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { queryClient } from '../queries.ts';
import { signOut } from '../session.ts';
import { lastUsed } from './idle.ts';

const Warning = lazy(() => import('./idle-warning.tsx'));
const warnSeconds = 60;

/** Signs out who has not touched the page for the installation's idle time, after a minute's warning; drafts stay. */
export function IdleWatch({ minutes }: { minutes: number }) {
  const [left, setLeft] = useState<number>();
  const navigate = useNavigate();
  useEffect(() => {
    const look = setInterval(() => {
      const seconds = minutes * 60 - Math.floor((Date.now() - lastUsed()) / 1000);
      setLeft(seconds <= warnSeconds ? Math.max(0, seconds) : undefined);
      if (seconds <= 0) {
        clearInterval(look);
        void signOut().finally(async () => {
          const to = location.pathname + location.search;
          queryClient.clear();
          await navigate({ to: '/sign-in', search: { to, idle: true } });
        });
      }
    }, 1000);
    return () => clearInterval(look);
  }, [minutes, navigate]);
  if (left === undefined) return null;
  return (
    <Suspense>
      <Warning seconds={left} />
    </Suspense>
  );
}
