import './nonce';
import '@mantine/core/styles.css';
import '@mantine/charts/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/notifications/styles.css';
import './style.css';
import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { ProblemError } from '@referrals/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { nonce } from './nonce';
import './language';
import { theme } from './theme';

const isWorthAnotherTry = (tries: number, error: Error): boolean => tries < 1 && !(error instanceof ProblemError && error.status >= 400 && error.status < 500);
const queries = new QueryClient({ defaultOptions: { queries: { retry: isWorthAnotherTry, staleTime: 2_000, refetchOnWindowFocus: true } } });

/** What both pages stand in. */
export function start(page: ReactNode): void {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <QueryClientProvider client={queries}>
          <ModalsProvider>
            <Notifications position="bottom-right" autoClose={4_000} />
            {page}
          </ModalsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
