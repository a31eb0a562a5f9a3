import { notifications } from '@mantine/notifications';
import { ProblemError, ReferralsClient } from '@referrals/client';
import type { Contract, Reply } from '@referrals/contracts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { Session } from './session';

export interface Api {
  client: ReferralsClient;
  session: Session;
  signOut(): void;
}

export const clientOf = (key: string): ReferralsClient => new ReferralsClient({ url: location.origin, key, retries: 1 });

const ApiContext = createContext<Api | null>(null);
export const ApiProvider = ApiContext.Provider;

export function useClient(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error('nobody is signed in');
  return api;
}

type Input<C extends Contract> = z.input<C['request']>;
type ItemOf<C extends Contract> = Reply<C> extends { data: (infer Item)[] } ? Item : never;
interface Options {
  /** asks again after so many milliseconds */
  every?: number;
  enabled?: boolean;
}

/** One answer of a route. */
export function useApi<C extends Contract>(contract: C, input: Input<C>, { every, enabled = true }: Options = {}): UseQueryResult<Reply<C>> {
  const { client } = useClient();
  return useQuery<Reply<C>>({
    queryKey: [contract.subject, input],
    queryFn: () => client.call(contract, input),
    placeholderData: keepPreviousData,
    enabled,
    ...(every !== undefined && { refetchInterval: every }),
  });
}

export interface Pages<Item> {
  rows: Item[];
  isPending: boolean;
  error: Error | null;
  retry(): void;
  /** null at the end */
  more: (() => void) | null;
  isMore: boolean;
}

/** A list, page by page as its cursor leads. */
export function usePages<C extends Contract>(contract: C, input: Input<C>, { every, enabled = true }: Options = {}): Pages<ItemOf<C>> {
  const { client } = useClient();
  const query = useInfiniteQuery({
    queryKey: [contract.subject, input],
    queryFn: ({ pageParam }) => client.call(contract, { ...(input as object), ...(pageParam !== '' && { cursor: pageParam }) } as Input<C>) as Promise<{ data: ItemOf<C>[]; nextCursor: string | null }>,
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    enabled,
    ...(every !== undefined && { refetchInterval: every }),
  });
  return {
    rows: query.data?.pages.flatMap(({ data }) => data) ?? [],
    isPending: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
    more: query.hasNextPage ? () => void query.fetchNextPage() : null,
    isMore: query.isFetchingNextPage,
  };
}

/** What a problem is called for people: the sentence of its code, or the code itself. */
export function useProblemText(): (error: Error) => string {
  const { t, i18n } = useTranslation();
  return (error) => {
    if (!(error instanceof ProblemError)) return error.message;
    const key = `problem.${error.code}`;
    const text = i18n.exists(key) ? t(key) : error.code;
    return error.errors.length === 0 ? text : `${text}: ${error.errors.map(({ path, message }) => `${path} ${message}`).join(', ')}`;
  };
}

interface Act<C extends Contract> {
  /** said when it is done */
  done?: string;
  after?(reply: Reply<C>): void;
  /** a form shows the problem itself */
  quiet?: boolean;
}

/** Something that changes the product; what is on the screen is asked for anew afterwards. */
export function useAct<C extends Contract>(contract: C, { done, after, quiet }: Act<C> = {}) {
  const { client } = useClient();
  const queries = useQueryClient();
  const problemText = useProblemText();
  return useMutation<Reply<C>, Error, Input<C>>({
    mutationFn: (input) => client.call(contract, input),
    onSuccess: (reply) => {
      if (done !== undefined) notifications.show({ message: done, color: 'teal' });
      after?.(reply);
    },
    onError: (error) => {
      if (!quiet) notifications.show({ message: problemText(error), color: 'red' });
    },
    onSettled: () => queries.invalidateQueries(),
  });
}
