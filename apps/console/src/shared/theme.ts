import { createTheme, Table, type MantineColorsTuple } from '@mantine/core';

const indigo: MantineColorsTuple = ['#eef0ff', '#dcdffb', '#b6bcf1', '#8e97e8', '#6c77e0', '#5764dc', '#4b59d9', '#3c4ac1', '#3441ad', '#293899'];

/** One look for both pages. Colours of text keep a contrast of 4.5 to 1 in both schemes. */
export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  colors: { brand: indigo },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  defaultRadius: 'md',
  headings: { fontWeight: '650' },
  components: { Table: Table.extend({ defaultProps: { verticalSpacing: 'xs', highlightOnHover: true } }) },
});
