import { Button, Center, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pages } from './api';
import { Failure, Loading } from './states';

export interface Column<Row> {
  head: string;
  cell(row: Row): ReactNode;
  /** figures stand at the right */
  right?: boolean;
  /** left out on narrow screens */
  wide?: boolean;
}

interface Props<Row> {
  label: string;
  pages: Pages<Row>;
  columns: Column<Row>[];
  idOf(row: Row): string;
  empty: ReactNode;
  isSelected?(row: Row): boolean;
  onOpen?(row: Row): void;
}

/** A list as a table, a page at a time. On a narrow screen the columns that matter less are left out, and the table scrolls in itself. */
export function Rows<Row>({ label, pages, columns, idOf, empty, isSelected, onOpen }: Props<Row>) {
  const { t } = useTranslation();
  if (pages.isPending) return <Loading />;
  if (pages.error && pages.rows.length === 0) return <Failure error={pages.error} retry={pages.retry} />;
  if (pages.rows.length === 0) return <>{empty}</>;
  const place = ({ right, wide }: Column<Row>) => ({ ...(right && { ta: 'right' as const }), ...(wide && { visibleFrom: 'sm' }) });
  return (
    <>
      <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={label}>
        <Table aria-label={label}>
          <Table.Thead>
            <Table.Tr>{columns.map((column) => <Table.Th key={column.head} scope="col" {...place(column)}>{column.head}</Table.Th>)}</Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pages.rows.map((row) => (
              <Table.Tr key={idOf(row)} className={isSelected?.(row) ? 'row-selected' : ''} {...(onOpen && { onClick: () => onOpen(row), style: { cursor: 'pointer' } })}>
                {columns.map((column) => <Table.Td key={column.head} className={column.right ? 'figure' : ''} {...place(column)}>{column.cell(row)}</Table.Td>)}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {pages.more && <Center pt="sm"><Button variant="default" size="xs" loading={pages.isMore} onClick={pages.more}>{t('more')}</Button></Center>}
    </>
  );
}
