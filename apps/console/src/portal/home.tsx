import { Container, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Preferences } from '../shared/preferences';
import { ShareCard } from './share-card';

export function Home() {
  const { t } = useTranslation();
  return (
    <Container size="lg" py="lg" component="main">
      <Stack gap="lg">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div><Title order={1} size="h2">{t('portal.title')}</Title><Text c="dimmed">{t('portal.welcome')}</Text></div>
          <Group gap={4} wrap="nowrap"><Preferences /></Group>
        </Group>
        <Grid><Grid.Col span={{ base: 12, md: 6 }}><ShareCard /></Grid.Col></Grid>
      </Stack>
    </Container>
  );
}
