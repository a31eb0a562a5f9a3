import { codes } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../shared/api';
import { Panel } from '../../shared/parts';
import { Empty } from '../../shared/states';
import { CodeTable } from '../codes/code-table';

export function Codes({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const pages = usePages(codes.list, { userId, limit: 25 });
  return <Panel title={t('user.codes')}><CodeTable pages={pages} empty={<Empty title={t('user.codes.none')} hint={t('user.codes.none.hint')} />} /></Panel>;
}
