import { ActionIcon, Anchor, Group, Image, Menu, Modal, Stack, Text } from '@mantine/core';
import { codes, type Code } from '@referrals/contracts';
import { IconDots, IconPlayerPause, IconPlayerPlay, IconQrcode } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAct, type Pages } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Copy, Status } from '../../shared/parts';
import { Rows } from '../../shared/rows';

const linkOf = (code: string): string => new URL(`/r/${encodeURIComponent(code)}`, location.origin).href;

/** Codes with their uses; each can be switched off and on, copied and scanned. */
export function CodeTable({ pages, empty, withOwner }: { pages: Pages<Code>; empty: ReactNode; withOwner?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [shown, setShown] = useState<Code | null>(null);
  const change = useAct(codes.update, { done: t('code.changed') });
  const state = ({ isActive, expiresAt }: Code): string => (!isActive ? 'inactive' : expiresAt !== null && Date.parse(expiresAt) < Date.now() ? 'expired' : 'active');
  return (
    <>
      <Rows label={t('nav.codes')} pages={pages} idOf={({ id }) => id} empty={empty} columns={[
        { head: t('code.code'), cell: (code) => <><Group gap={4} wrap="nowrap"><Text className="mono" fw={600}>{code.code}</Text><Copy text={linkOf(code.code)} label={t('portal.link.copy')} /></Group><Text size="xs" c="dimmed">{withOwner ? <Anchor component={Link} to={`/users/${encodeURIComponent(code.userId)}`} size="xs">{code.userId}</Anchor> : t(`code.type.${code.type}`)}</Text></> },
        { head: t('bonus.status'), cell: (code) => <><Status word={state(code)} />{code.pausedReason !== null && <Text size="xs" c="dimmed">{code.pausedReason}</Text>}</> },
        { head: t('code.uses'), right: true, cell: ({ usesCount, maxUses }) => (maxUses === null ? format.number(usesCount) : `${format.number(usesCount)} / ${format.number(maxUses)}`) },
        { head: t('code.expires'), wide: true, cell: ({ expiresAt }) => (expiresAt === null ? t('never') : format.date(expiresAt)) },
        { head: t('code.actions'), right: true, cell: (code) => (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={t('code.do', { code: code.code })}><IconDots size={18} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconQrcode size={16} />} onClick={() => setShown(code)}>{t('code.qr')}</Menu.Item>
              <Menu.Item leftSection={code.isActive ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />} onClick={() => change.mutate({ codeId: code.id, isActive: !code.isActive })}>{t(code.isActive ? 'code.off' : 'code.on')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) },
      ]} />
      <Modal opened={shown !== null} onClose={() => setShown(null)} title={shown?.code ?? ''} closeButtonProps={{ 'aria-label': t('close') }}>
        {shown && (
          <Stack align="center">
            <Image src={`/r/${encodeURIComponent(shown.code)}/qr.svg`} alt={t('code.qr.of', { code: shown.code })} w={260} className="qr" />
            <Text size="sm" className="mono wide">{linkOf(shown.code)}</Text>
            <Anchor href={`/r/${encodeURIComponent(shown.code)}/qr.png`} download={`${shown.code}.png`} size="sm">{t('code.qr.png')}</Anchor>
          </Stack>
        )}
      </Modal>
    </>
  );
}
