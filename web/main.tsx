import './older-browsers.ts';
import './styles/tokens.css';
import './styles/base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startLanguage, useLanguage } from './language.ts';
import { queryClient } from './queries.ts';
import { router } from './routes.tsx';

/** After an upgrade the pages an open tab still names are gone: it loads the new ones. Drafts are kept. */
addEventListener('vite:preloadError', () => location.reload());

await startLanguage();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
setTimeout(() => void import('./styles/fonts.ts'), 0);

function App() {
  const language = useLanguage();
  return <RouterProvider key={language} router={router} />;
}
