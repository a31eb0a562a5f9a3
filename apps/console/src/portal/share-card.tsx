import { Button, Group, Image, Stack, Text, TextInput } from '@mantine/core';
import { me } from '@referrals/contracts';
import { IconShare } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../shared/api';
import { Copy, Panel } from '../shared/parts';
import { Loaded } from '../shared/states';

/** The code, the link, and the link to scan. */
export function ShareCard() {
  const { t } = useTranslation();
  const code = useApi(me.code, {});
  return (
    <Panel title={t('portal.code')}>
      <Loaded query={code}>
        {({ code: text }) => {
          const link = new URL(`/r/${text}`, location.origin).href;
          const share = (): void => void navigator.share({ text: t('portal.share.text', { code: text }), url: link }).catch(() => undefined);
          return (
            <Group justify="space-between" align="flex-start" wrap="wrap-reverse">
              <Stack flex={1} miw={220}>
                <Group gap="xs" wrap="nowrap">
                  <Text fw={700} fz={28} className="mono" aria-label={t('portal.code')} role="text">{text}</Text>
                  <Copy text={text} label={t('portal.code.copy')} />
                </Group>
                <TextInput label={t('portal.link')} value={link} readOnly rightSection={<Copy text={link} label={t('portal.link.copy')} />} />
                {typeof navigator.share === 'function' && <Button leftSection={<IconShare size={18} />} onClick={share}>{t('portal.share')}</Button>}
              </Stack>
              <Image src={`/r/${encodeURIComponent(text)}/qr.svg`} alt={t('portal.qr')} w={148} h={148} className="qr" />
            </Group>
          );
        }}
      </Loaded>
    </Panel>
  );
}
